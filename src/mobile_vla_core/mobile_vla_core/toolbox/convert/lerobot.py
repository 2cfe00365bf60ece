# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""
Write a data set of LeRobot, format v3.0.

Pictures are stored inside the Parquet files as the JPEG that was recorded (LeRobot's dtype
`image`), so nothing is encoded a second time.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
import json
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from ...episodes import Episode
from ...errors import EpisodeError, SchemaMismatchError
from ...images import decode_jpeg, FULL_COLOUR, jpeg_size
from .layout_g import aligned_frames
from .lerobot_features import ACTION, check_pictures, describe, features_of, key_of, STATE, TIME
from .lerobot_statistics import of_values, PictureStatistics
from .lerobot_tables import (
    BATCH_FRAMES,
    CHUNK_FILES,
    DATA_PATH,
    FILE_MEGABYTES,
    FrameTable,
    write_episodes,
    write_tasks,
)

VERSION = 'v3.0'
STATE_COLUMNS = (0, 1, 5)
"""Of an odometry's twist."""
MOST_SAMPLES = 50
"""Pictures of an episode that its statistics look at."""
STATISTICS_SIDE = 300
"""A picture with longer sides is looked at in a quarter of its size [pixels]."""
UNEVEN = 0.5
"""A frame this much of a period off its place in an even rate is counted."""


class LeRobotWriter:
    """
    A data set in a new folder, episode by episode.

    The first episode says what every episode has: cameras, sizes of pictures, odometry or none.

    :param fps: frames per second, a whole number as LeRobot has it; from the first when None
    """

    def __init__(self, root: Path, *, fps: int | None = None, robot: str = '') -> None:
        self._root = root
        self._fps = fps
        self._robot = robot
        self._table: FrameTable | None = None
        self._features: dict[str, dict[str, Any]] = {}
        self._tasks: dict[str, int] = {}
        self._rows: list[dict[str, Any]] = []
        self._values: dict[str, list[NDArray[Any]]] = {}
        self._pictures: dict[str, PictureStatistics] = {}
        self._frames = 0

    @property
    def fps(self) -> int | None:
        """Frames per second; None before the first episode."""
        return self._fps

    def add(self, episode: Episode) -> tuple[int, list[str]]:
        """
        Append an episode.

        :return: its frames, and a line for each thing that the format cannot say
        :raises SchemaMismatchError: if it does not have what the first episode has
        """
        cameras = {name: aligned_frames(episode, name) for name in episode.cameras}
        features = features_of(episode, with_state=len(episode.odometry['stamp']) > 0)
        if self._table is not None and features != self._features:
            raise SchemaMismatchError(
                f'{episode.path.name}: schema mismatch: found {describe(features)}, expected '
                f'{describe(self._features)} as in the first episode of the data set'
            )
        check_pictures(episode, cameras, features)
        pictures = {name: _statistics(episode, name) for name in cameras}
        if self._table is None:
            self._fps = self._fps or max(round(1 / _period(episode)), 1)
            self._features = features
            (self._root / 'meta').mkdir(parents=True)
            self._table = FrameTable(self._root, features)
        values = self._columns(episode)
        place = self._table.add_episode(self._batches(episode, cameras, values))
        self._note(episode, values, pictures, place)
        return len(episode), self._differences(episode)

    def finish(self) -> None:
        """
        Write what describes the data set.

        :raises EpisodeError: if it has no episode
        """
        if self._table is None or not self._rows:
            raise EpisodeError('a data set needs an episode, none could be converted')
        self._table.close()
        write_episodes(self._root, self._rows)
        write_tasks(self._root, list(self._tasks))
        total = {name: of_values(np.concatenate(rows)) for name, rows in self._values.items()}
        total |= {name: found.statistics() for name, found in self._pictures.items()}
        plain = {
            name: {key: value.tolist() for key, value in found.items()}
            for name, found in total.items()
        }
        _write_json(self._root / 'meta' / 'stats.json', plain)
        _write_json(self._root / 'meta' / 'info.json', self._info())

    def _columns(self, episode: Episode) -> dict[str, NDArray[Any]]:
        count = len(episode)
        task = self._tasks.setdefault(episode.instruction, len(self._tasks))
        columns = {
            ACTION: episode.actions,
            TIME: episode.stamps() - episode.stamps()[0],
            'timestamp': (np.arange(count) / self._fps).astype(np.float32),
            'frame_index': np.arange(count),
            'episode_index': np.full(count, len(self._rows)),
            'index': self._frames + np.arange(count),
            'task_index': np.full(count, task),
        }
        if STATE in self._features:
            columns[STATE] = _state(episode)
        return columns

    def _batches(
        self,
        episode: Episode,
        cameras: Mapping[str, NDArray[np.int64]],
        values: Mapping[str, NDArray[Any]],
    ) -> Iterator[dict[str, Any]]:
        for start in range(0, len(episode), BATCH_FRAMES):
            part = slice(start, start + BATCH_FRAMES)
            batch: dict[str, Any] = {name: list(rows[part]) for name, rows in values.items()}
            for camera, frames in cameras.items():
                batch[key_of(camera)] = [
                    {'bytes': episode.jpeg(int(frame), camera), 'path': None}
                    for frame in frames[part]
                ]
            yield batch

    def _note(
        self,
        episode: Episode,
        values: Mapping[str, NDArray[Any]],
        pictures: Mapping[str, PictureStatistics],
        place: Mapping[str, int],
    ) -> None:
        for name, rows in values.items():
            self._values.setdefault(name, []).append(rows)
        for camera, found in pictures.items():
            self._pictures.setdefault(key_of(camera), PictureStatistics()).merge(found)
        statistics = {name: of_values(rows) for name, rows in values.items()}
        statistics |= {key_of(name): found.statistics() for name, found in pictures.items()}
        end = self._frames + len(episode)
        self._rows.append(
            {
                'episode_index': len(self._rows),
                'tasks': [episode.instruction],
                'length': len(episode),
                'dataset_from_index': self._frames,
                'dataset_to_index': end,
                'name': episode.path.stem,
                'scenario': episode.scenario,
                'outcome': episode.outcome,
                'start_stamp': float(episode.stamps()[0]),
                **place,
                **{
                    f'stats/{name}/{key}': value
                    for name, found in statistics.items()
                    for key, value in found.items()
                },
            }
        )
        self._frames = end

    def _differences(self, episode: Episode) -> list[str]:
        stamps = episode.stamps()
        even = stamps[0] + np.arange(len(stamps)) / self._fps
        off = int((np.abs(stamps - even) * self._fps > UNEVEN).sum())
        if not off:
            return []
        return [
            f'{off} of {len(stamps)} frames were taken more than {UNEVEN:g} periods from their '
            f'place at an even {self._fps} Hz, which LeRobot knows only; the true times are in '
            f'{TIME}'
        ]

    def _info(self) -> dict[str, Any]:
        return {
            'codebase_version': VERSION,
            'robot_type': self._robot or 'mobile_base',
            'total_episodes': len(self._rows),
            'total_frames': self._frames,
            'total_tasks': len(self._tasks),
            'chunks_size': CHUNK_FILES,
            'data_files_size_in_mb': FILE_MEGABYTES,
            'video_files_size_in_mb': 200,
            'fps': self._fps,
            'splits': {'train': f'0:{len(self._rows)}'},
            'data_path': DATA_PATH,
            'video_path': None,
            'features': self._features,
        }


def _state(episode: Episode) -> NDArray[np.float32]:
    """Return the newest measured velocity at each frame, shape (T, 3); the first before any."""
    odometry = episode.odometry
    order = np.argsort(odometry['stamp'], kind='stable')
    stamps = odometry['stamp'][order]
    newest = np.searchsorted(stamps, episode.stamps(), side='right') - 1
    twist = odometry['twist'][order[np.maximum(newest, 0)]]
    return twist[:, STATE_COLUMNS].astype(np.float32)


def _statistics(episode: Episode, camera: str) -> PictureStatistics:
    found = PictureStatistics()
    count = episode.frames(camera)
    for frame in np.unique(np.linspace(0, count - 1, min(count, MOST_SAMPLES)).astype(int)):
        jpeg = episode.jpeg(int(frame), camera)
        large = max(jpeg_size(jpeg)) > STATISTICS_SIDE
        flags = cv2.IMREAD_REDUCED_COLOR_4 if large else FULL_COLOUR
        found.add(decode_jpeg(jpeg, flags))
    return found


def _period(episode: Episode) -> float:
    period = episode.frame_period
    if not 0 < period < np.inf:
        period = float(episode.attributes.get('expected_period', float('nan')))
    if not 0 < period < np.inf:
        raise EpisodeError(f'{episode.path.name} tells no frame rate: give one with --rate')
    return period


def _write_json(path: Path, content: Any) -> None:
    path.write_text(json.dumps(content, indent=4, ensure_ascii=False) + '\n')
