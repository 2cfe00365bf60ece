# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""Tests for the episodes package: what was acknowledged is what is read."""

import multiprocessing
import os
from pathlib import Path
import signal
import subprocess
import sys

import h5py
import numpy as np
import pytest

from mobile_vla_core.episodes import CameraStream, Episode, EpisodeWriter, find_episodes, schema
from mobile_vla_core.errors import EpisodeError, InstructionError, SchemaMismatchError
from mobile_vla_core.images import encode_jpeg

FRAMES = 40


def jpeg(t: int) -> bytes:
    rgb = np.zeros((24, 32, 3), dtype=np.uint8)
    rgb[:, : t % 32] = (255, t % 256, 0)
    return encode_jpeg(rgb)


def record(folder, frames: int = FRAMES, cameras=('front',)) -> EpisodeWriter:
    writer = EpisodeWriter(
        folder,
        instruction='go left, 왼쪽으로',
        scenario='1box_vert_left',
        cameras=[CameraStream(name=name, topic=f'/{name}') for name in cameras],
    )
    for t in range(frames):
        for name in cameras:
            writer.add_frame(name, jpeg(t), header_stamp=0.1 * t, receive_stamp=0.1 * t + 0.02)
        writer.add_command([0.1 * t, 0, 0], stamp=0.1 * t + 0.03, receive_stamp=0.1 * t + 0.04)
    return writer


def test_everything_recorded_is_read_back(tmp_path):
    writer = record(tmp_path, cameras=('front', 'rear'))
    writer.add_odometry(1.0, np.arange(7), np.arange(6))
    writer.add_event(2.0, 'note', '컵')
    path = writer.close('success', 'arrived', stamp=4.0)
    with Episode(path) as episode:
        assert len(episode) == episode.frames('rear') == FRAMES
        assert [episode.jpeg(t, 'rear') for t in range(FRAMES)] == [jpeg(t) for t in range(FRAMES)]
        assert episode.image(7).shape == (24, 32, 3)
        assert episode.cameras == ['front', 'rear']
        assert episode.camera_attributes('rear')['topic'] == '/rear'
        assert episode.instruction == 'go left, 왼쪽으로'
        assert episode.scenario == '1box_vert_left'
        assert episode.outcome == 'success'
        assert episode.events == [(2.0, 'note', '컵'), (4.0, 'outcome', 'success: arrived')]
        assert episode.frame_period == pytest.approx(0.1)
        assert episode.attributes['color_order'] == 'rgb'
        np.testing.assert_allclose(episode.receive_stamps() - episode.stamps(), 0.02)
        np.testing.assert_allclose(episode.actions[:, 0], 0.1 * np.arange(FRAMES), rtol=1e-6)
        np.testing.assert_allclose(episode.action_stamps - episode.stamps(), 0.03)
        np.testing.assert_array_equal(episode.odometry['pose'], [np.arange(7)])
        assert len(episode.commands['stamp']) == FRAMES
    assert find_episodes(tmp_path) == [path]


def test_imu_joints_camera_info_and_metadata_are_read_back(tmp_path):
    metadata = {'queue_megabytes': 256, 'robot': '로봇', 'stamped': True, 'camera_timeout': 2.5}
    writer = EpisodeWriter(
        tmp_path,
        instruction='go',
        cameras=[CameraStream(camera_info='{"k": [1.0]}')],
        joints=['left wheel', '팔'],
        metadata=metadata,
    )
    writer.add_imu(1.5, [0, 0, 0, 1], [0.1, 0.2, 0.3], [0, 0, 9.81])
    writer.add_joint_state(1.0, [0.5, 0.25], [1, 2], [3, 4])
    writer.add_joint_state(2.0, [0.75, 0.5])
    with pytest.raises(EpisodeError, match='expected 2 joint values'):
        writer.add_joint_state(3.0, [1, 2, 3])
    with Episode(writer.close()) as episode:
        assert episode.metadata == metadata
        assert isinstance(episode.metadata['stamped'], bool)
        assert episode.camera_attributes()['camera_info'] == '{"k": [1.0]}'
        imu, joints = episode.imu, episode.joint_states
        assert imu['stamp'].tolist() == [1.5]
        assert imu['orientation'].tolist() == [[0, 0, 0, 1]]
        assert imu['angular_velocity'].tolist() == [[0.1, 0.2, 0.3]]
        assert imu['linear_acceleration'].tolist() == [[0, 0, 9.81]]
        assert episode.joint_names == ['left wheel', '팔']
        assert joints['position'].tolist() == [[0.5, 0.25], [0.75, 0.5]]
        assert joints['effort'][0].tolist() == [3, 4]
        assert np.isnan(joints['velocity'][1]).all()


def test_joint_states_need_names(tmp_path):
    writer = record(tmp_path, frames=1)
    with pytest.raises(EpisodeError, match='opened without joints'):
        writer.add_joint_state(1.0, [0.5])
    with Episode(writer.close()) as episode:
        assert episode.joint_names == []
        assert episode.joint_states['position'].shape == (0, 0)


def test_an_episode_of_version_1_0_is_read(tmp_path):
    path = record(tmp_path, frames=3).close('success')
    with h5py.File(path, 'r+') as file:
        del file['imu'], file['recorder']
        file.attrs['schema_version'] = schema.text_attribute('1.0')
    with Episode(path) as episode:
        assert (len(episode), episode.outcome) == (3, 'success')
        assert episode.imu['orientation'].shape == (0, 4)
        assert (episode.metadata, episode.joint_names) == ({}, [])


def test_a_window_is_left_padded_with_the_first_frame(tmp_path):
    episode = Episode(tmp_path)
    assert episode.window(2, 5) == [0, 0, 0, 1, 2]
    assert episode.window(9, 3) == [7, 8, 9]


def test_a_frame_outside_the_episode_is_refused(tmp_path):
    with Episode(record(tmp_path, frames=3).close()) as episode:
        for t in (-1, 3):
            with pytest.raises(EpisodeError, match=f'frame {t} of 3'):
                episode.jpeg(t)
        with pytest.raises(EpisodeError, match='no camera "rear", it holds front'):
            episode.jpeg(0, 'rear')


def test_a_running_episode_can_be_read_and_only_a_closed_one_is_found(tmp_path):
    writer = record(tmp_path, frames=5)
    with Episode(writer.path) as episode:
        assert [episode.jpeg(t) for t in range(5)] == [jpeg(t) for t in range(5)]
    with pytest.raises(EpisodeError, match=r'holds no episode .* only 1 unfinished'):
        find_episodes(tmp_path)
    writer.close()
    assert len(find_episodes(tmp_path)) == 1


def test_a_discarded_episode_is_gone(tmp_path):
    record(tmp_path, frames=2).discard()
    assert list(tmp_path.iterdir()) == []


def test_an_episode_without_frames_or_commands_is_valid(tmp_path):
    with Episode(record(tmp_path, frames=0).close()) as episode:
        assert len(episode) == 0
        assert episode.actions.shape == (0, 4)


RECORD_FOREVER = """
import sys
sys.path.insert(0, sys.argv[2])
from test_episodes import EpisodeWriter, jpeg, Path
writer = EpisodeWriter(Path(sys.argv[1]), instruction='go')
for t in range(100_000):
    writer.add_frame('front', jpeg(t), t, t)
    print(t + 1, flush=True)
"""


@pytest.mark.parametrize('moment', [3, 50, 333])
def test_no_acknowledged_frame_is_lost_to_sigkill(tmp_path, moment):
    process = subprocess.Popen(
        [sys.executable, '-c', RECORD_FOREVER, str(tmp_path), str(Path(__file__).parent)],
        stdout=subprocess.PIPE,
        text=True,
    )
    for line in process.stdout:
        if int(line) >= moment:
            break
    process.send_signal(signal.SIGKILL)
    lines = [line, *process.stdout.readlines()]
    acknowledged = int(lines[-1])
    process.wait()
    (part,) = tmp_path.glob('*.h5.part')
    with Episode(part) as episode:
        assert len(episode) >= acknowledged
        assert [episode.jpeg(t) for t in range(len(episode))] == [
            jpeg(t) for t in range(len(episode))
        ]


def _read_in_child(episode: Episode, results) -> None:
    results.put((os.getpid(), episode.jpeg(1)))


@pytest.mark.parametrize('method', ['fork', 'spawn'])
def test_an_open_episode_may_be_used_in_another_process(tmp_path, method):
    context = multiprocessing.get_context(method)
    with Episode(record(tmp_path, frames=2).close()) as episode:
        assert episode.jpeg(0) == jpeg(0)
        results = context.SimpleQueue()
        child = context.Process(target=_read_in_child, args=(episode, results))
        child.start()
        assert results.get() == (child.pid, jpeg(1))
        child.join()
        assert episode.jpeg(1) == jpeg(1)


def test_a_foreign_layout_is_a_schema_mismatch_and_not_damage(tmp_path):
    path = tmp_path / 'old.h5'
    with h5py.File(path, 'w') as file:
        file['images'] = np.zeros((2, 4, 4, 3), dtype=np.uint8)
    with pytest.raises(SchemaMismatchError, match=r"schema mismatch: found keys \['images'\]"):
        len(Episode(path))


def test_what_is_no_hdf5_file_is_named(tmp_path):
    path = tmp_path / 'text.h5'
    path.write_text('hello')
    with pytest.raises(EpisodeError, match=r'text\.h5 cannot be opened as an HDF5 file'):
        len(Episode(path))


def test_missing_and_empty_folders_are_told_apart(tmp_path):
    with pytest.raises(EpisodeError, match='is not a folder'):
        find_episodes(tmp_path / 'absent')
    with pytest.raises(EpisodeError, match='holds no episode'):
        find_episodes(tmp_path)


def test_an_episode_needs_an_instruction_and_valid_names(tmp_path):
    with pytest.raises(InstructionError, match='needs an instruction'):
        EpisodeWriter(tmp_path, instruction='  ')
    with pytest.raises(EpisodeError, match='distinct camera names'):
        EpisodeWriter(tmp_path, instruction='go', cameras=[CameraStream('a'), CameraStream('a')])
    with pytest.raises(EpisodeError, match='outcome "great" is unknown'):
        record(tmp_path, frames=1).close('great')
    assert not list(tmp_path.glob('*.h5'))


def test_long_text_is_cut_between_characters():
    assert schema.encode_text('컵컵', 4).decode() == '컵'


def test_a_folder_may_be_given_from_the_home_of_the_user(tmp_path, monkeypatch):
    monkeypatch.setenv('HOME', str(tmp_path))
    (tmp_path / 'drives').mkdir()
    (tmp_path / 'drives' / 'episode_1.h5').touch()
    assert find_episodes('~/drives') == [tmp_path / 'drives' / 'episode_1.h5']
