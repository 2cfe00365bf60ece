# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""Tests for bag.py and bag_topics.py: a bag becomes an episode with its colours and times."""

import sqlite3

from bag_fixture import (
    BEGIN,
    DELAY,
    FRAMES,
    INSTRUCTION,
    jpeg,
    ORANGE,
    PERIOD,
    SIZE,
    stamp,
    write_bag,
)
import numpy as np
import pytest

from mobile_vla_core.episodes import Episode
from mobile_vla_core.errors import EpisodeError, InstructionError
from mobile_vla_core.toolbox.convert import bag
from mobile_vla_core.toolbox.convert.assumption import Overrides
from mobile_vla_core.toolbox.convert.bag_topics import BagTopics, camera_names, choose_topics

PLAIN = Overrides()
FOUND = BagTopics()


def convert(path, said=PLAIN, topics=FOUND) -> bag.BagReport:
    target = path.parent / 'new'
    return bag.write_bag(path, target, name='a', said=said, topics=topics, quality=90)


@pytest.mark.parametrize('storage', ['mcap', 'sqlite3'])
@pytest.mark.parametrize('compressed', [True, False])
@pytest.mark.parametrize('stamped', [True, False])
def test_a_bag_becomes_an_episode(tmp_path, storage, compressed, stamped):
    path = write_bag(tmp_path / 'bag', storage, compressed=compressed, stamped=stamped)
    report = convert(path)
    assert (report.frames, report.commands, report.lost) == (FRAMES, FRAMES, [])
    with Episode(report.path) as episode:
        frames = np.arange(FRAMES)
        np.testing.assert_allclose(episode.stamps(), BEGIN + PERIOD * frames, atol=1e-6)
        np.testing.assert_allclose(episode.receive_stamps() - episode.stamps(), DELAY, atol=1e-6)
        given = episode.commands['stamp'] - episode.stamps()
        np.testing.assert_allclose(given, 0.03 if stamped else 0.03 + DELAY, atol=1e-6)
        np.testing.assert_allclose(episode.actions[:, 0], 0.1 * frames, atol=1e-6)
        np.testing.assert_allclose(episode.odometry['pose'][:, 0], frames)
        np.testing.assert_allclose(episode.odometry['twist'][:, 5], 0.5)
        for t in frames:
            np.testing.assert_allclose(episode.image(t).mean(axis=(0, 1)), ORANGE, atol=3)
        assert not compressed or episode.jpeg(3) == jpeg()
        assert episode.instruction == INSTRUCTION
        camera = episode.camera_attributes()
        assert (camera['height'], camera['width']) == SIZE
        assert camera['jpeg_quality'] == (0 if compressed else 90)
        assert camera['encoding'] == ('compressed' if compressed else 'bgr8')


@pytest.mark.parametrize('encoding', ['bgr8', 'rgb8'])
def test_orange_is_orange_in_either_order(tmp_path, encoding):
    with Episode(convert(write_bag(tmp_path / 'bag', encoding=encoding)).path) as episode:
        np.testing.assert_allclose(episode.image(0).mean(axis=(0, 1)), ORANGE, atol=3)


@pytest.mark.parametrize('storage', ['mcap', 'sqlite3'])
def test_a_single_file_of_a_bag_is_read_too(tmp_path, storage):
    path = write_bag(tmp_path / 'bag', storage)
    (file,) = (item for item in path.iterdir() if item.suffix in ('.mcap', '.db3'))
    assert convert(file).frames == FRAMES


def test_a_bag_of_humble_which_holds_no_definitions_is_read_too(tmp_path):
    path = write_bag(tmp_path / 'bag', 'sqlite3')
    with sqlite3.connect(next(path.glob('*.db3'))) as database:
        database.execute('DROP TABLE message_definitions')
        database.execute('UPDATE schema SET schema_version = 3')
    database.close()
    assert convert(path).frames == FRAMES


def test_two_cameras_are_named_by_their_topics_the_first_is_primary(tmp_path):
    cameras = ('/rear/image_raw', '/front/image_raw')
    path = write_bag(tmp_path / 'bag', cameras=cameras)
    with pytest.raises(EpisodeError, match=r'2 topics of pictures .*--image-topic'):
        convert(path)
    report = convert(path, topics=BagTopics(images=cameras[::-1]))
    with Episode(report.path) as episode:
        assert episode.cameras == ['front', 'rear']
        assert episode.frames('rear') == FRAMES


def test_without_an_instruction_the_user_must_say_it(tmp_path):
    path = write_bag(tmp_path / 'bag', instruction='')
    with pytest.raises(InstructionError, match='--instruction'):
        convert(path)
    report = convert(path, Overrides(instruction='go right', scenario='hall'))
    with Episode(report.path) as episode:
        assert (episode.instruction, episode.scenario) == ('go right', 'hall')


def test_a_picture_that_cannot_be_read_is_lost_and_told_the_others_are_kept(tmp_path):
    report = convert(write_bag(tmp_path / 'bag', truncated=3))
    assert report.frames == FRAMES - 1
    assert len(report.lost) == 1
    assert '1 messages of /camera/image_raw cannot be read' in report.lost[0]
    with Episode(report.path) as episode:
        assert stamp(3) not in episode.stamps()


def test_a_camera_without_a_readable_picture_is_refused_and_nothing_stays(tmp_path):
    path = write_bag(tmp_path / 'bag', encoding='bgr8', truncated=0, frames=1)
    with pytest.raises(EpisodeError, match='no picture of /camera/image_raw can be read'):
        convert(path)
    assert not (tmp_path / 'new').exists()


def test_a_damaged_bag_is_named(tmp_path):
    path = write_bag(tmp_path / 'bag')
    file = next(path.glob('*.mcap'))
    file.write_bytes(file.read_bytes()[:300])
    with pytest.raises(EpisodeError, match='bag cannot be read as a bag'):
        convert(path)


TOPICS = {
    '/cmd_vel': 'geometry_msgs/msg/Twist',
    '/image': 'sensor_msgs/msg/Image',
    '/text': 'std_msgs/msg/String',
}


def test_what_was_chosen_is_told():
    chosen, lines = choose_topics('bag', TOPICS, BagTopics())
    assert chosen == BagTopics(('/image',), '/cmd_vel', '', '', '', '')
    assert [str(line) for line in lines] == [
        'pictures: /image (sensor_msgs/msg/Image)',
        'commands: /cmd_vel (geometry_msgs/msg/Twist)',
        'odometry: none (no topic of that kind)',
    ]


@pytest.mark.parametrize(
    ('said', 'text'),
    [
        (BagTopics(images=('/nothing',)), 'no message on /nothing: found /cmd_vel'),
        (BagTopics(images=('/cmd_vel',)), 'expected sensor_msgs/msg/Image or .*--image-topic'),
        (BagTopics(command='/text'), 'found std_msgs/msg/String; choose with --command-topic'),
        (BagTopics(instruction='/image'), 'choose with --instruction-topic'),
    ],
)
def test_a_topic_that_does_not_fit_is_refused_with_the_option(said, text):
    with pytest.raises(EpisodeError, match=text):
        choose_topics('bag', TOPICS, said)


def test_a_bag_without_commands_is_refused_and_taken_when_told_so():
    silent = {'/image': TOPICS['/image']}
    with pytest.raises(EpisodeError, match='0 topics of geometry_msgs/msg/Twist'):
        choose_topics('bag', silent, BagTopics())
    assert choose_topics('bag', silent, BagTopics(command=''))[0].command == ''


def test_of_several_imus_none_is_taken_unless_named():
    kind = 'sensor_msgs/msg/Imu'
    several = TOPICS | {'/imu/left': kind, '/imu/right': kind}
    chosen, lines = choose_topics('bag', several, BagTopics())
    assert chosen.imu == ''
    assert str(lines[-1]) == f'imu: none (2 topics of {kind}: choose one with --imu-topic)'
    assert choose_topics('bag', several, BagTopics(imu='/imu/left'))[0].imu == '/imu/left'


def test_of_raw_and_compressed_pictures_the_compressed_ones_are_taken():
    both = TOPICS | {'/image/compressed': 'sensor_msgs/msg/CompressedImage'}
    assert choose_topics('bag', both, BagTopics())[0].images == ('/image/compressed',)


def test_camera_names_are_distinct_identifiers():
    topics = ('/camera/image_raw', '/camera/compressed', '/2/image_raw')
    names = camera_names(topics)
    assert len(set(names)) == len(names)
    assert all(name.isidentifier() for name in names)
