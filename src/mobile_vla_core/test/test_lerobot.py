# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""
Tests for lerobot.py: the files of format v3.0 hold what was recorded.

That the package lerobot itself loads them is shown by test_lerobot_loads.py.
"""

import json

from drive_fixture import FRAMES, INSTRUCTION, STAMPS, write_episode
import numpy as np
import pyarrow.parquet as parquet
import pytest

from mobile_vla_core.episodes import Episode
from mobile_vla_core.errors import EpisodeError, SchemaMismatchError
from mobile_vla_core.toolbox.convert.lerobot import LeRobotWriter
from mobile_vla_core.toolbox.convert.lerobot_statistics import of_values, PictureStatistics

OTHER = 'Pass the box on the right'


def write(tmp_path, *, fps=None, **second) -> list[list[str]]:
    """Write two episodes and the data set of them; return the notes."""
    first = write_episode(tmp_path, 'a', cameras=('front', 'rear'))
    details = {'cameras': ('front', 'rear'), 'instruction': OTHER, 'frames': 6} | second
    other = write_episode(tmp_path, 'b', **details)
    writer = LeRobotWriter(tmp_path / 'set', fps=fps)
    notes = []
    for path in (first, other):
        with Episode(path) as episode:
            notes.append(writer.add(episode)[1])
    writer.finish()
    return notes


def rows(path) -> list[dict]:
    return parquet.read_table(path).to_pylist()


def test_frames_hold_the_recorded_jpeg_actions_and_indices(tmp_path):
    write(tmp_path)
    table = rows(tmp_path / 'set/data/chunk-000/file-000.parquet')
    assert [row['index'] for row in table] == list(range(FRAMES + 6))
    assert [row['frame_index'] for row in table] == [*range(FRAMES), *range(6)]
    assert [row['episode_index'] for row in table] == [0] * FRAMES + [1] * 6
    assert [row['task_index'] for row in table] == [0] * FRAMES + [1] * 6
    timestamps = [row['timestamp'] for row in table[:FRAMES]]
    np.testing.assert_allclose(timestamps, np.arange(FRAMES) / 10, atol=1e-6)
    assert [row['capture_time'] for row in table[:FRAMES]] == (STAMPS - STAMPS[0]).tolist()
    with Episode(tmp_path / 'a.h5') as episode:
        for t, row in enumerate(table[:FRAMES]):
            assert row['observation.images.rear'] == {
                'bytes': episode.jpeg(t, 'rear'),
                'path': None,
            }
            assert row['action'] == episode.actions[t].tolist()
            np.testing.assert_allclose(row['observation.state'], (0.1 * t, 0, -0.2), atol=1e-6)


def test_episodes_tasks_and_info_describe_the_frames(tmp_path):
    write(tmp_path)
    first, second = rows(tmp_path / 'set/meta/episodes/chunk-000/file-000.parquet')
    assert (first['dataset_from_index'], first['dataset_to_index']) == (0, FRAMES)
    assert (second['dataset_from_index'], second['dataset_to_index']) == (FRAMES, FRAMES + 6)
    assert (second['tasks'], second['length'], second['name']) == ([OTHER], 6, 'b')
    assert (second['data/chunk_index'], second['data/file_index']) == (0, 0)
    assert first['scenario'] == '1box_vert_left'
    assert (first['outcome'], first['start_stamp']) == ('success', STAMPS[0])
    tasks = rows(tmp_path / 'set/meta/tasks.parquet')
    assert tasks == [{'task_index': 0, 'task': INSTRUCTION}, {'task_index': 1, 'task': OTHER}]
    info = json.loads((tmp_path / 'set/meta/info.json').read_text())
    assert info['codebase_version'] == 'v3.0'
    assert (info['fps'], info['total_episodes'], info['total_frames']) == (10, 2, FRAMES + 6)
    assert info['features']['observation.images.front']['shape'] == [60, 80, 3]
    assert info['features']['action']['names'] == [
        'linear_x',
        'linear_y',
        'angular_z',
        'action_type',
    ]


def test_an_uneven_rate_is_told(tmp_path):
    notes = write(tmp_path)
    assert notes[0][0].startswith('3 of 9 frames were taken more than 0.5 periods')
    assert notes[1] == []


def test_the_rate_is_the_one_that_the_user_says(tmp_path):
    write(tmp_path, fps=5)
    info = json.loads((tmp_path / 'set/meta/info.json').read_text())
    table = rows(tmp_path / 'set/data/chunk-000/file-000.parquet')
    assert info['fps'] == 5
    assert table[1]['timestamp'] == pytest.approx(0.2)


def test_without_odometry_there_is_no_state(tmp_path):
    with Episode(write_episode(tmp_path, odometry=False)) as episode:
        writer = LeRobotWriter(tmp_path / 'set')
        writer.add(episode)
        writer.finish()
    info = json.loads((tmp_path / 'set/meta/info.json').read_text())
    assert 'observation.state' not in info['features']


@pytest.mark.parametrize(
    ('second', 'text'),
    [
        ({'size': (30, 40)}, r'found observation.images.front \[30, 40, 3\]'),
        ({'cameras': ('front',)}, r'expected .*observation.images.rear \[60, 80, 3\]'),
        ({'odometry': False}, r'expected .*observation.state \[3\]'),
    ],
)
def test_an_episode_that_differs_from_the_first_is_refused(tmp_path, second, text):
    with pytest.raises(SchemaMismatchError, match=rf'schema mismatch: .*{text}'):
        write(tmp_path, **second)


def test_a_data_set_without_an_episode_is_refused(tmp_path):
    with pytest.raises(EpisodeError, match='needs an episode'):
        LeRobotWriter(tmp_path / 'set').finish()


def test_statistics_of_a_data_set_are_those_of_its_rows(tmp_path):
    write(tmp_path)
    found = json.loads((tmp_path / 'set/meta/stats.json').read_text())
    table = rows(tmp_path / 'set/data/chunk-000/file-000.parquet')
    actions = np.array([row['action'] for row in table])
    for name, value in of_values(actions).items():
        np.testing.assert_allclose(found['action'][name], value)
    assert np.shape(found['observation.images.front']['mean']) == (3, 1, 1)
    assert found['observation.images.front']['count'] == [FRAMES + 6]


def test_picture_statistics_are_those_of_the_pixels():
    generator = np.random.default_rng(7)
    pictures = generator.integers(20, 200, (3, 16, 16, 3), dtype=np.uint8)
    counted = PictureStatistics()
    for picture in pictures[:2]:
        counted.add(picture)
    last = PictureStatistics()
    last.add(pictures[2])
    counted.merge(last)
    found = counted.statistics()
    pixels = pictures.reshape(-1, 3) / 255
    np.testing.assert_allclose(found['mean'].ravel(), pixels.mean(axis=0))
    np.testing.assert_allclose(found['std'].ravel(), pixels.std(axis=0))
    np.testing.assert_allclose(found['min'].ravel(), pixels.min(axis=0))
    np.testing.assert_allclose(found['max'].ravel(), pixels.max(axis=0))
    np.testing.assert_allclose(found['q90'].ravel(), np.quantile(pixels, 0.9, axis=0), atol=0.005)
    assert found['count'] == [3]
