# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""Tests for labels.py."""

from conftest import write_episode
import h5py
import numpy as np
import pytest

from mobile_vla_core.action_space import STOP_ACTION
from mobile_vla_core.episodes.labels import read_labels
from mobile_vla_core.episodes.reader import Episode
from mobile_vla_core.episodes.writer import CameraStream, EpisodeWriter
from mobile_vla_core.errors import EpisodeError, SchemaMismatchError
from mobile_vla_core.images import encode_jpeg

PICTURE = encode_jpeg(np.full((24, 32, 3), 90, np.uint8))


def record(folder, frames, commands, cameras=('front',)):
    """Write an episode of frame stamps by camera and (stamp, linear_x) commands."""
    frames = frames if isinstance(frames, dict) else {cameras[0]: frames}
    writer = EpisodeWriter(
        folder, instruction='go', cameras=[CameraStream(name) for name in cameras]
    )
    for camera, stamps in frames.items():
        for stamp in stamps:
            writer.add_frame(camera, PICTURE, stamp, stamp)
    for stamp, speed in commands:
        writer.add_command([speed, 0.0, 0.0], stamp, stamp)
    return writer.close()


def speeds(labels):
    return [round(float(speed), 3) for speed in labels.actions[:, 0]]


def test_at_the_recorded_cadence_the_actions_are_the_recorded_rows(tmp_path):
    path = write_episode(tmp_path, 0)
    labels = read_labels([path])
    with Episode(path) as episode:
        np.testing.assert_array_equal(labels.actions, episode.actions)
        np.testing.assert_array_equal(labels.stamps, episode.stamps())
    assert labels.frame_numbers.tolist() == list(range(len(labels.actions)))


def test_a_kept_frame_has_the_command_that_is_in_force_within_its_new_step(tmp_path):
    frames = np.arange(13) / 40.0  # 0, 0.025, 0.05, ...; every fourth is kept
    commands = [(0.03, 0.1), (0.12, 0.2), (0.24, 0.3), (0.26, 0.4)]
    path = record(tmp_path, frames, commands)
    labels = read_labels([path], step_period=0.1)
    assert labels.frame_numbers.tolist() == [0, 4, 8, 12]
    # 0.0 to 0.1: 0.1 comes at 0.03; 0.1 to 0.2: 0.2 comes; 0.2 to 0.3: 0.3 is the first to come
    assert speeds(labels) == [0.1, 0.2, 0.3, 0.4]
    with Episode(path) as episode:  # rows of the recorded cadence would say otherwise
        np.testing.assert_allclose(episode.actions[::4, 0], [0.0, 0.2, 0.2, 0.4])


def test_before_a_gap_no_command_from_behind_it_is_taken(tmp_path):
    frames = [0.0, 0.1, 0.2, 1.0, 1.1]
    commands = [(0.0, 0.1), (0.9, 0.5)]
    path = record(tmp_path, frames, commands)
    labels = read_labels([path], step_period=0.1)
    assert [(e.start, e.length, e.part) for e in labels.episodes] == [(0, 3, 0), (3, 2, 1)]
    assert {e.name for e in labels.episodes} == {path.name}
    assert speeds(labels) == [0.1, 0.1, 0.1, 0.5, 0.5]
    with Episode(path) as episode:
        assert episode.actions[2, 0] == 0.5


def test_before_any_command_the_robot_stands_still(tmp_path):
    path = record(tmp_path, np.arange(9) / 20.0, [(0.35, 0.2)])
    labels = read_labels([path], step_period=0.1)
    np.testing.assert_array_equal(labels.actions[:3], np.tile(STOP_ACTION, (3, 1)))
    assert speeds(labels)[3:] == [0.2, 0.2]


def test_another_camera_than_the_primary_has_actions_at_its_own_frames(tmp_path):
    frames = {'front': [0.0, 0.1, 0.2], 'rear': [0.05, 0.15, 0.25]}
    path = record(tmp_path, frames, [(0.0, 0.1), (0.12, 0.2)], cameras=('front', 'rear'))
    assert speeds(read_labels([path])) == [0.1, 0.2, 0.2]
    rear = read_labels([path], camera='rear')
    assert speeds(rear) == [0.2, 0.2, 0.2]
    np.testing.assert_array_equal(rear.stamps, frames['rear'])
    assert rear.camera == 'rear'


def test_an_imported_episode_without_commands_is_resampled_by_its_actions(tmp_path):
    path = write_episode(tmp_path, 0, steps=31, period=1 / 30)
    with Episode(path) as episode:
        expected = episode.actions[::3]
    with h5py.File(path, 'r+') as file:
        for column in list(file['commands']):
            values = file['commands'][column][:0]
            del file['commands'][column]
            file['commands'][column] = values
    labels = read_labels([path], step_period=0.1)
    np.testing.assert_array_equal(labels.actions, expected)


@pytest.mark.parametrize(
    ('dataset', 'message'),
    [
        ('action', 'actions that are NaN'),
        ('commands/twist', 'actions that are NaN'),
        ('commands/stamp', 'stamps that are NaN'),
        ('observations/images/front/header_stamp', 'stamps that are NaN'),
    ],
)
def test_values_that_are_not_finite_are_refused_by_name(tmp_path, dataset, message):
    path = write_episode(tmp_path, 0)
    with h5py.File(path, 'r+') as file:
        file[dataset][3] = np.nan
    with pytest.raises(EpisodeError, match=rf'{path.name} holds {message}'):
        read_labels([path])


def test_actions_in_other_units_are_refused_by_name(tmp_path):
    paths = [write_episode(tmp_path, number) for number in range(2)]
    with h5py.File(paths[1], 'r+') as file:
        file.attrs['action_units'] = 'mm/s,mm/s,deg/s,class'
    message = rf'{paths[1].name} has actions in mm/s,mm/s,deg/s,class, expected m/s,m/s,rad/s'
    with pytest.raises(SchemaMismatchError, match=message):
        read_labels(paths)


def test_a_file_without_one_of_its_parts_is_refused_by_name(tmp_path):
    path = write_episode(tmp_path, 0)
    with h5py.File(path, 'r+') as file:
        del file['action']
    with pytest.raises(EpisodeError, match=rf'{path.name}.*is missing'):
        read_labels([path])
