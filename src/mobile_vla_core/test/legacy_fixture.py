# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""Files of the layouts that older recorders wrote, made after their descriptions."""

from pathlib import Path

import h5py
import numpy as np

FRAMES = 18
SIZE = (720, 1280)
SMALL = (24, 32)
INSTRUCTION = 'Navigate around the single box obstacle by going left'
RED, BLUE, GREEN = (200, 30, 20), (20, 40, 210), (60, 180, 60)
STOP_ROWS = 5


def scene(t: int, size: tuple[int, int] = SIZE) -> np.ndarray:
    """Return an RGB picture: red above, blue below, a green bar that moves with t."""
    height, width = size
    picture = np.empty((height, width, 3), dtype=np.uint8)
    picture[: height // 2] = RED
    picture[height // 2 :] = BLUE
    left = t * width // 32
    picture[height // 4 : 3 * height // 4, left : left + width // 8] = GREEN
    return picture


def velocities(frames: int = FRAMES) -> np.ndarray:
    """Return driven commands, none of them zero, shape (frames, 3)."""
    t = np.arange(frames)
    turn = np.where(t % 3 == 2, 1.15, 0.0)
    forward = np.where(t % 3 == 2, 0.0, 1.15)
    return np.stack([forward, 0.1 * (t % 2) * (forward > 0), turn], axis=1)


def write_g(path: Path, frames: int = FRAMES, size=SIZE) -> Path:
    """Write layout G: RGB, (T, 4) actions, metadata beside them."""
    actions = np.zeros((frames, 4), dtype=np.float32)
    actions[:, :3] = velocities(frames)
    actions[:, 3] = actions[:, 0] == 0
    with h5py.File(path, 'w') as file:
        file['observations/images'] = _pictures(frames, size)
        file['action'] = actions
        metadata = file.create_group('episode_metadata')
        metadata.attrs['scenario'] = '1box_vert_left'
        metadata.attrs['distance'] = 50
    return path


def write_v1(path: Path, frames: int = FRAMES, size=SIZE, late: bool = True) -> Path:
    """Write layout V1: BGR, a first row that nobody drove; `late` has the later attributes."""
    actions = np.zeros((frames, 3), dtype=np.float32)
    actions[1:] = velocities(frames - 1)
    events = ['episode_start'] + ['start_action'] * (frames - 2) + ['stop_action']
    actions[-1] = 0
    with h5py.File(path, 'w') as file:
        _compressed(file, 'images', _pictures(frames, size)[..., ::-1])
        file['actions'] = actions
        file['action_event_types'] = np.array(events, dtype=h5py.string_dtype())
        file.attrs['episode_name'] = path.stem
        file.attrs['total_duration'] = 0.4 * (frames - 1)
        file.attrs['num_frames'] = frames
        file.attrs['action_chunk_size'] = 8
        if late:
            file.attrs['obstacle_layout_type'] = 'vert'
            file.attrs['time_period'] = 'dusk'
            file.attrs['collection_datetime'] = '2025-08-01T18:30:00'
            file['language_instruction'] = np.array([INSTRUCTION.encode()], dtype='S256')
    return path


def write_v4(path: Path, frames: int = FRAMES, size=SIZE, width: int = 2) -> Path:
    """Write layout V4: the keys of V1, actions of two or three values."""
    with h5py.File(path, 'w') as file:
        _compressed(file, 'images', _pictures(frames, size)[..., ::-1])
        file['actions'] = velocities(frames)[:, :width].astype(np.float32)
        file.attrs['episode_name'] = path.stem
        file.attrs['total_duration'] = 0.4 * (frames - 1)
        file.attrs['num_frames'] = frames
    return path


def write_v5(path: Path, frames: int = FRAMES, size=SIZE) -> Path:
    """Write layout V5: RGB, float64, the last STOP_ROWS rows are injected stops."""
    actions = velocities(frames)
    actions[-STOP_ROWS:] = 0
    with h5py.File(path, 'w') as file:
        _compressed(file, 'observations/images', _pictures(frames, size))
        file['actions'] = actions
        file['language_instruction'] = np.array([INSTRUCTION.encode()])
        file.attrs['scenario'] = '1box_vert_left'
        file.attrs['pattern'] = 'core'
        file.attrs['distance'] = 'medium'
        file.attrs['end_pos'] = 'left'
    return path


def write_v6(path: Path, frames: int = FRAMES, size=SIZE, scenario: str = '') -> Path:
    """Write layout V6: BGR, the source of every command, STOP_ROWS injected stops."""
    actions = velocities(frames).astype(np.float32)
    actions[-STOP_ROWS:] = 0
    driven = frames - STOP_ROWS
    sources = ['keyboard'] * (driven - 4) + ['joystick'] * 4 + ['stop_inject'] * STOP_ROWS
    with h5py.File(path, 'w') as file:
        _compressed(file, 'images', _pictures(frames, size)[..., ::-1])
        file['actions'] = actions
        file['action_event_types'] = np.array(sources, dtype=h5py.string_dtype())
        file.attrs['episode_name'] = path.stem
        if scenario:
            file.attrs['scenario'] = scenario
        file.attrs['cx_position'] = 'left'
        file.attrs['cx_path'] = 'straight'
        file.attrs['total_duration'] = 0.2 * (frames - 1)
        file.attrs['num_frames'] = frames
        file.attrs['stop_inject_n'] = STOP_ROWS
        file.attrs['action_chunk_size'] = 8
    return path


WRITERS = {'G': write_g, 'V1': write_v1, 'V4': write_v4, 'V5': write_v5, 'V6': write_v6}


def _pictures(frames: int, size: tuple[int, int]) -> np.ndarray:
    return np.stack([scene(t, size) for t in range(frames)])


def _compressed(file: h5py.File, name: str, pictures: np.ndarray) -> None:
    chunks = (1, *pictures.shape[1:])
    file.create_dataset(name, data=pictures, compression='gzip', compression_opts=1, chunks=chunks)
