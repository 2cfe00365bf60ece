# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""Tests for mcap_file.py: another reader of MCAP and ROS 2 finds what was recorded."""

from importlib import import_module

from drive_fixture import FRAMES, INSTRUCTION, STAMPS, write_episode
from mcap.reader import make_reader
from mcap_ros2.decoder import DecoderFactory
import numpy as np
import pytest

from mobile_vla_core.episodes import CameraStream, Episode, EpisodeWriter
from mobile_vla_core.errors import EpisodeError
from mobile_vla_core.images import encode_jpeg
from mobile_vla_core.toolbox.convert import bag_streams
from mobile_vla_core.toolbox.convert.assumption import Overrides
from mobile_vla_core.toolbox.convert.bag import write_bag
from mobile_vla_core.toolbox.convert.bag_labels import KIND
from mobile_vla_core.toolbox.convert.bag_topics import BagTopics
from mobile_vla_core.toolbox.convert.mcap_file import write_mcap

PLAIN, FOUND = Overrides(), BagTopics()


@pytest.fixture
def episode(tmp_path):
    with Episode(write_episode(tmp_path, cameras=('front', 'rear'))) as opened:
        yield opened


def read(path) -> dict[str, list]:
    """Return (message, log time [s], type) of each topic, decoded by mcap_ros2."""
    topics: dict[str, list] = {}
    with path.open('rb') as stream:
        reader = make_reader(stream, decoder_factories=[DecoderFactory()])
        for schema, channel, message, decoded in reader.iter_decoded_messages():
            row = (decoded, message.log_time / 1e9, schema.name)
            topics.setdefault(channel.topic, []).append(row)
    return topics


def seconds(header) -> float:
    return header.stamp.sec + header.stamp.nanosec * 1e-9


def test_every_stream_is_read_back_by_another_library(episode, tmp_path):
    count = write_mcap(episode, tmp_path / 'a.mcap')
    topics = read(tmp_path / 'a.mcap')
    assert sum(map(len, topics.values())) == count
    kinds = {topic: rows[0][2] for topic, rows in topics.items()}
    assert kinds == {
        '/front/image_raw/compressed': 'sensor_msgs/msg/CompressedImage',
        '/rear/image_raw/compressed': 'sensor_msgs/msg/CompressedImage',
        '/cmd_vel': 'geometry_msgs/msg/TwistStamped',
        '/odom': 'nav_msgs/msg/Odometry',
        '/vla_text_command': 'std_msgs/msg/String',
        '/episode/events': 'std_msgs/msg/String',
        '/episode/labels': 'std_msgs/msg/String',
    }
    for t, (image, received, _) in enumerate(topics['/rear/image_raw/compressed']):
        assert image.format == 'jpeg'
        assert bytes(image.data) == episode.jpeg(t, 'rear')
        assert seconds(image.header) == pytest.approx(STAMPS[t], abs=1e-6)
        assert received == pytest.approx(STAMPS[t] + 0.02, abs=1e-6)
    for t, (twist, _, _) in enumerate(topics['/cmd_vel']):
        assert twist.twist.linear.x == pytest.approx(0.1 * t, abs=1e-6)
        assert twist.twist.angular.z == pytest.approx(0.3)
        assert seconds(twist.header) == pytest.approx(STAMPS[t] + 0.03, abs=1e-6)
    for t, (odometry, _, _) in enumerate(topics['/odom']):
        assert odometry.pose.pose.position.x == t
        assert odometry.pose.pose.orientation.w == 1
        assert odometry.twist.twist.angular.z == -0.2
    assert [row[0].data for row in topics['/vla_text_command']] == [INSTRUCTION]
    assert topics['/episode/events'][-1][0].data == 'outcome: success: arrived'


def test_messages_are_in_the_order_of_receipt_and_the_labels_are_there(episode, tmp_path):
    write_mcap(episode, tmp_path / 'a.mcap')
    with (tmp_path / 'a.mcap').open('rb') as stream:
        reader = make_reader(stream)
        times = [m.log_time for _, _, m in reader.iter_messages(log_time_order=False)]
        assert times == sorted(times)
        assert reader.get_header().profile == 'ros2'
        metadata = {record.name: record.metadata for record in reader.iter_metadata()}[KIND]
    assert metadata['scenario'] == '1box_vert_left'
    assert (metadata['outcome'], metadata['reason']) == ('success', 'arrived')


def back(folder, said=PLAIN, topics=FOUND):
    """Return the report on the episode that is made of a.mcap."""
    target = folder / 'back'
    return write_bag(folder / 'a.mcap', target, name='a', said=said, topics=topics, quality=90)


@pytest.fixture
def rich(tmp_path):
    """Return an episode with everything that one can hold."""
    cameras = [
        CameraStream('left', '/image', 'bgr8', 'eye', 8, 8, 90, '{"width": 8}'),
        CameraStream('right', '/image'),
    ]
    writer = EpisodeWriter(
        tmp_path,
        instruction='컵으로 가',
        scenario='hall',
        robot='omni',
        action_topic='/drive',
        expected_period=0.1,
        cameras=cameras,
        joints=['wheel', 'arm'],
        metadata={'rate': 30.0, 'stamped': True},
    )
    for t in range(4):
        picture = encode_jpeg(np.full((8, 8, 3), 20 * t, np.uint8))
        writer.add_frame('left', picture, 1.0 + t, 1.1 + t)
        writer.add_frame('right', picture, 1.5 + t, 1.6 + t)
        writer.add_command((0.2, 0, 0.1 * t), 1.2 + t, 1.3 + t, action_type=3 if t == 2 else -1)
        writer.add_odometry(1.0 + t, (t, 0, 0, 0, 0, 0, 1), (0.2, 0, 0, 0, 0, 0))
        writer.add_imu(1.0 + t, (0, 0, 0, 1), (0, 0, 0.1 * t), (0, 0, 9.81))
        writer.add_joint_state(1.0 + t, [0.5, t], [1.0, np.nan])
    writer.add_event(2.0, 'note', 'a: b')
    with Episode(writer.close('failure', 'it fell: twice', 5.0)) as opened:
        yield opened


def test_it_comes_back_as_the_same_episode(rich, tmp_path):
    write_mcap(rich, tmp_path / 'a.mcap')
    report = back(tmp_path)
    assert report.lost == []
    with Episode(report.path) as found:
        assert found.cameras == rich.cameras
        for camera in rich.cameras:
            assert found.camera_attributes(camera) == rich.camera_attributes(camera)
            pictures = [[e.jpeg(t, camera) for t in range(4)] for e in (found, rich)]
            assert pictures[0] == pictures[1]
            np.testing.assert_allclose(found.stamps(camera), rich.stamps(camera), atol=1e-6)
            received = [e.receive_stamps(camera) for e in (found, rich)]
            np.testing.assert_allclose(*received, atol=1e-6)
        np.testing.assert_array_equal(found.actions, rich.actions)
        np.testing.assert_allclose(found.action_stamps, rich.action_stamps, atol=1e-6)
        assert found.streams == rich.streams
        for stream in set(rich.streams) - {'events'}:
            for name, values in rich.stream(stream).items():
                np.testing.assert_allclose(found.stream(stream)[name], values, atol=1e-6)
        assert found.joint_names == rich.joint_names
        assert found.ending == rich.ending
        assert (2.0, 'note', 'a: b') in found.events
        assert found.metadata.items() >= rich.metadata.items()
        assert found.attributes | {'name': ''} == rich.attributes | {'name': ''}


def test_times_of_a_real_clock_come_back_to_the_bit(tmp_path):
    writer = EpisodeWriter(tmp_path, instruction='go', name='clock')
    stamps = 1_760_000_000.0 + np.random.default_rng(1).uniform(0.0, 90.0, 200).cumsum()
    for stamp in stamps:
        writer.add_frame('front', encode_jpeg(np.zeros((8, 8, 3), np.uint8)), stamp, stamp + 0.01)
        writer.add_command((0.1, 0.0, 0.0), stamp + 0.02, stamp + 0.03)
    with Episode(writer.close()) as episode:
        write_mcap(episode, tmp_path / 'a.mcap')
        report = back(tmp_path)
        with Episode(report.path) as found:
            np.testing.assert_array_equal(found.stamps(), episode.stamps())
            np.testing.assert_array_equal(found.receive_stamps(), episode.receive_stamps())
            for name in ('stamp', 'receive_stamp'):
                np.testing.assert_array_equal(found.commands[name], episode.commands[name])
    assert 'as you said' not in ' '.join(map(str, report.assumptions))


def test_what_the_user_says_comes_before_what_the_episode_said(rich, tmp_path):
    write_mcap(rich, tmp_path / 'a.mcap')
    images = ('/camera/right/image_raw/compressed',)
    report = back(tmp_path, Overrides(instruction='go', scenario='yard'), BagTopics(images))
    with Episode(report.path) as found:
        assert (found.instruction, found.scenario, found.cameras) == ('go', 'yard', ['right'])
        assert found.outcome == 'failure'
    assert 'instruction: go (as you said)' in map(str, report.assumptions)


@pytest.mark.parametrize(
    'text', ['{', '[]', '{"kind": "other"}', '{"kind": "mobile_vla_episode"}']
)
def test_labels_of_another_program_are_passed_over(tmp_path, text, monkeypatch):
    with Episode(write_episode(tmp_path)) as episode:
        monkeypatch.setattr(bag_streams.BagLabels, 'to_text', lambda _: text)
        write_mcap(episode, tmp_path / 'a.mcap')
        with Episode(back(tmp_path).path) as found:
            assert (found.instruction, found.scenario) == (episode.instruction, '')


def test_two_cameras_that_name_one_topic_are_both_written(tmp_path):
    cameras = [CameraStream('left', '/image'), CameraStream('right', '/image')]
    writer = EpisodeWriter(tmp_path, instruction='go', cameras=cameras)
    for name in ('left', 'right'):
        writer.add_frame(name, encode_jpeg(np.zeros((8, 8, 3), np.uint8)), 1.0, 1.0)
    with Episode(writer.close()) as episode:
        write_mcap(episode, tmp_path / 'a.mcap')
    assert {'/image/compressed', '/camera/right/image_raw/compressed'} <= set(
        read(tmp_path / 'a.mcap')
    )


def test_an_episode_without_a_frame_is_refused(tmp_path):
    path = EpisodeWriter(tmp_path, instruction='go').close()
    with Episode(path) as episode, pytest.raises(EpisodeError, match='has no frame'):
        write_mcap(episode, tmp_path / 'a.mcap')


def test_ros_2_itself_reads_the_messages(episode, tmp_path):
    serialization = pytest.importorskip('rclpy.serialization', reason='ROS 2 is not sourced')

    def message_class(name: str) -> type:
        package, _, kind = name.split('/')
        return getattr(import_module(f'{package}.msg'), kind)

    write_mcap(episode, tmp_path / 'a.mcap')
    found = {}
    with (tmp_path / 'a.mcap').open('rb') as stream:
        for schema, channel, message in make_reader(stream).iter_messages():
            decoded = serialization.deserialize_message(message.data, message_class(schema.name))
            found.setdefault(channel.topic, []).append(decoded)
    images = found['/front/image_raw/compressed']
    assert [bytes(image.data) for image in images] == [episode.jpeg(t) for t in range(FRAMES)]
    assert found['/cmd_vel'][4].twist.linear.x == pytest.approx(0.4, abs=1e-6)
    assert found['/odom'][4].pose.pose.position.x == 4
    assert found['/vla_text_command'][0].data == INSTRUCTION
