# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0

import numpy as np
import pytest
from view_fixture import record

from mobile_vla_core.episodes import CameraStream, Episode, EpisodeWriter
from mobile_vla_core.episodes.excerpt import write_excerpt
from mobile_vla_core.errors import EpisodeError
from mobile_vla_core.images import encode_jpeg

PICTURE = encode_jpeg(np.zeros((16, 16, 3), np.uint8))


@pytest.mark.parametrize(('first', 'last'), [(0, 19), (0, 0), (7, 12), (19, 19), (15, 19)])
def test_frames_actions_and_labels_are_those_of_the_source(tmp_path, first, last):
    path = record(tmp_path, 'one')
    copy = write_excerpt(path, tmp_path / 'new', first, last, 500.0)
    assert copy == tmp_path / 'new' / 'one.h5'
    kept = slice(first, last + 1)
    with Episode(path) as source, Episode(copy) as episode:
        assert [episode.jpeg(t) for t in range(len(episode))] == [
            source.jpeg(t) for t in range(first, last + 1)
        ]
        np.testing.assert_array_equal(episode.stamps(), source.stamps()[kept])
        np.testing.assert_array_equal(episode.actions, source.actions[kept])
        for label in ('instruction', 'scenario', 'outcome'):
            assert getattr(episode, label) == getattr(source, label)
        assert (500.0, 'edit', f'cut to frames {first} to {last} of 20') in episode.events


def test_the_command_in_force_at_the_cut_stays_and_later_ones_go(tmp_path):
    writer = EpisodeWriter(tmp_path, instruction='go', name='slow')
    for t in range(10):
        writer.add_frame('front', PICTURE, float(t), float(t))
    for stamp, speed in ((0.5, 0.1), (2.5, 0.2), (7.5, 0.3)):
        writer.add_command((speed, 0.0, 0.0), stamp, stamp)
    copy = write_excerpt(writer.close(), tmp_path / 'new', 4, 6, 20.0)
    with Episode(copy) as episode:
        assert episode.actions[:, 0].tolist() == pytest.approx([0.2] * 3)
        assert episode.commands['stamp'].tolist() == [2.5]


def test_other_cameras_and_streams_are_cut_to_the_same_time(tmp_path):
    cameras = [CameraStream('front'), CameraStream('rear')]
    writer = EpisodeWriter(tmp_path, instruction='go', name='two', cameras=cameras)
    for t in range(10):
        writer.add_frame('front', PICTURE, float(t), float(t))
        writer.add_frame('rear', PICTURE, t + 0.4, t + 0.4)
        writer.add_frame('rear', PICTURE, t + 0.9, t + 0.9)
        writer.add_odometry(t + 0.2, np.zeros(7), np.zeros(6))
    copy = write_excerpt(writer.close(), tmp_path / 'new', 3, 4, 20.0)
    with Episode(copy) as episode:
        assert episode.stamps('rear').tolist() == pytest.approx([3.4, 3.9, 4.4, 4.9])
        assert episode.odometry['stamp'].tolist() == pytest.approx([3.2, 4.2])


@pytest.mark.parametrize(('first', 'last'), [(5, 4), (-1, 3), (0, 20), (None, 3), ('0', 3)])
def test_frames_that_are_not_there_are_refused_and_nothing_is_written(tmp_path, first, last):
    path = record(tmp_path, 'one')
    with pytest.raises(EpisodeError, match='has frames 0 to 19'):
        write_excerpt(path, tmp_path / 'new', first, last, 500.0)
    assert not (tmp_path / 'new').exists()


def test_a_copy_that_fails_leaves_nothing_behind(tmp_path):
    path = record(tmp_path, 'one')
    (tmp_path / 'new').mkdir()
    (tmp_path / 'new' / 'one.h5.part').write_text('taken')
    with pytest.raises((EpisodeError, OSError)):
        write_excerpt(path, tmp_path / 'new', 0, 5, 500.0)
    assert [p.name for p in (tmp_path / 'new').iterdir()] == ['one.h5.part']
    assert (tmp_path / 'new' / 'one.h5.part').read_text() == 'taken'
