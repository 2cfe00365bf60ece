# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""Read an episode: any frame, any window, any stream."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any
import zlib

import h5py
import numpy as np
from numpy.typing import NDArray

from ..errors import EpisodeError
from ..images import decode_jpeg
from . import late_camera_info, schema
from .damage import ABSENT, column, named, REMEDY
from .episode_file import open_file

END_COLUMN = schema.CAMERA_COLUMNS[-1]


class Episode:
    """
    An episode file, opened when first used, anew in every process.

    Safe to hand to data-loading workers: an HDF5 handle must not cross a fork, so the handle is
    tied to the process that opened it. Use as a context manager, or call `close`.

    :param path: an `.h5` file, or an unfinished `.h5.part` one (read as far as acknowledged)
    """

    def __init__(self, path: Path) -> None:
        self.path = Path(path)
        self._open_file: h5py.File | None = None
        self._owner = 0
        self._ends: dict[str, NDArray[np.uint64]] = {}
        self._crcs: dict[str, NDArray[np.uint32] | None] = {}
        self._jpegs: dict[str, h5py.Dataset] = {}
        """Kept open: opening one costs ten times what reading a frame from it does."""

    def __enter__(self) -> Episode:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __getstate__(self) -> dict[str, Any]:
        return {**self.__dict__, '_open_file': None, '_owner': 0, '_jpegs': {}}

    def __len__(self) -> int:
        return self.frames()

    def close(self) -> None:
        """Close the file; a later access opens it again."""
        if self._open_file is not None and self._owner == os.getpid():
            self._open_file.close()
        self._open_file = None
        self._jpegs = {}

    @property
    @named
    def attributes(self) -> dict[str, Any]:
        """All attributes of the file; text as str."""
        return _attributes(self._file)

    @property
    @named
    def instruction(self) -> str:
        """What the driver was told."""
        return self._text('instruction')

    @property
    @named
    def scenario(self) -> str:
        """The scenario's name, '' when none was given."""
        return self._text('scenario')

    @property
    def outcome(self) -> str:
        """One of schema.OUTCOMES; 'unknown' when the recording did not end in order."""
        return self.ending[0]

    @property
    @named
    def ending(self) -> tuple[str, str]:
        """The outcome, and the reason given for it or ''."""
        for _, kind, text in reversed(self.events):
            if kind == schema.OUTCOME_EVENT:
                outcome, _, reason = text.partition(': ')
                return outcome, reason
        return 'unknown', ''

    @property
    @named
    def cameras(self) -> list[str]:
        """Camera names, the primary one first."""
        names = sorted(self._file[schema.IMAGES])
        return sorted(names, key=lambda name: name != self.primary_camera)

    @property
    @named
    def primary_camera(self) -> str:
        """The camera to which actions are aligned."""
        return self._text('primary_camera')

    @named
    def camera_attributes(self, camera: str | None = None) -> dict[str, Any]:
        """Return topic, encoding, frame_id, width, height and jpeg_quality of a camera."""
        return _attributes(self._camera(camera))

    @named
    def camera_info(self, camera: str | None = None) -> str:
        """Return a camera's CameraInfo as JSON, also one that came late; '' when none came."""
        known = _attributes(self._camera(camera)).get('camera_info', '')
        return known or late_camera_info.join(camera or self.primary_camera, self.events)

    @named
    def frames(self, camera: str | None = None) -> int:
        """Return how many frames a camera has."""
        return len(self._column(self._camera(camera), END_COLUMN))

    @named
    def jpeg(self, t: int, camera: str | None = None) -> bytes:
        """
        Return frame t as it was stored.

        :raises EpisodeError: if there is none, or its bytes are not those that were recorded
        """
        ends = self._index(camera)
        if not 0 <= t < len(ends):
            raise EpisodeError(f'{self.path.name}: frame {t} of {len(ends)} does not exist')
        start, end = int(ends[t - 1]) if t else 0, int(ends[t])
        jpegs = self._jpeg(camera)
        if not start < end <= jpegs.size:
            raise EpisodeError(
                f'{self.path.name}: frame {t} of {camera or self.primary_camera} is said to be '
                f'bytes {start} to {end} of {jpegs.size}; {REMEDY}'
            )
        content = jpegs[start:end].tobytes()
        crcs = self._crc(camera)
        if crcs is not None and zlib.crc32(content) != crcs[t]:
            raise EpisodeError(
                f'{self.path.name}: frame {t} of {camera or self.primary_camera} is damaged: its '
                f'bytes are not those that were recorded; {REMEDY}'
            )
        return content

    @named
    def image(self, t: int, camera: str | None = None) -> NDArray[np.uint8]:
        """Return frame t, shape (H, W_px, 3) uint8 RGB."""
        return decode_jpeg(self.jpeg(t, camera))

    def window(self, t: int, length: int) -> list[int]:
        """Return the `length` frame indices ending at t, left-padded with the first frame."""
        return [max(0, index) for index in range(t - length + 1, t + 1)]

    @named
    def stamps(self, camera: str | None = None) -> NDArray[np.float64]:
        """Return capture times, shape (T,) [s]."""
        return self._stamps('header_stamp', camera)

    @named
    def receive_stamps(self, camera: str | None = None) -> NDArray[np.float64]:
        """Return the times at which the recorder got the frames, shape (T,) [s]."""
        return self._stamps('receive_stamp', camera)

    @property
    def frame_period(self) -> float:
        """Median time between frames of the primary camera [s]; NaN with fewer than two."""
        stamps = self.stamps()
        return float(np.median(np.diff(stamps))) if len(stamps) > 1 else float('nan')

    @property
    @named
    def actions(self) -> NDArray[np.float32]:
        """The aligned actions, shape (T, 4); empty in an unfinished file."""
        return self._column(self._file, schema.ACTION_COLUMNS[0])[:]

    @property
    @named
    def action_stamps(self) -> NDArray[np.float64]:
        """From when each action applies, shape (T,) [s]."""
        return self._column(self._file, schema.ACTION_COLUMNS[1])[:]

    @property
    def commands(self) -> dict[str, NDArray[Any]]:
        """Every command: stamp (N,), receive_stamp (N,), twist (N, 3), action_type (N,)."""
        return self.stream(schema.COMMANDS)

    @property
    def odometry(self) -> dict[str, NDArray[Any]]:
        """Odometry: stamp (N,), pose (N, 7), twist (N, 6)."""
        return self.stream(schema.ODOMETRY)

    @property
    def imu(self) -> dict[str, NDArray[Any]]:
        """Stamp (N,), orientation (N, 4), angular_velocity (N, 3), linear_acceleration (N, 3)."""
        return self.stream(schema.IMU)

    @property
    @named
    def joint_names(self) -> list[str]:
        """Names of the J joints; empty when none were recorded."""
        group = self._optional(schema.JOINT_STATES)
        names = [] if group is None else group.attrs[schema.JOINT_NAMES]
        return [schema.decode_text(name) for name in names]

    @property
    def joint_states(self) -> dict[str, NDArray[Any]]:
        """Joint states: stamp (N,), position, velocity and effort (N, J)."""
        return self.stream(schema.JOINT_STATES)

    @property
    @named
    def metadata(self) -> dict[str, Any]:
        """What the recorder said of itself: parameters, QoS, versions."""
        group = self._optional(schema.RECORDER)
        return {} if group is None else _attributes(group)

    @property
    @named
    def streams(self) -> list[str]:
        """Names of the streams that the file has, for `stream`."""
        names = (*schema.STREAM_COLUMNS, schema.JOINT_STATES)
        found = set(self._file)  # also those that cannot be opened
        return [name for name in names if name in found]

    @named
    def unindexed_bytes(self, camera: str | None = None) -> int:
        """Return how many bytes follow the last frame: of one that was not acknowledged."""
        ends = self._index(camera)
        return self._jpeg(camera).size - int(ends[-1] if len(ends) else 0)

    @property
    @named
    def events(self) -> list[tuple[float, str, str]]:
        """Events in order: (stamp [s], kind, text)."""
        rows = self.stream(schema.EVENTS)
        return [
            (float(stamp), schema.decode_text(kind), schema.decode_text(text))
            for stamp, kind, text in zip(rows['stamp'], rows['kind'], rows['text'], strict=True)
        ]

    @property
    def _file(self) -> h5py.File:
        if self._open_file is None or self._owner != os.getpid():
            self._open_file = open_file(self.path)
            self._owner = os.getpid()
        return self._open_file

    def _optional(self, name: str) -> h5py.Group | None:
        try:
            return self._file[name]
        except KeyError as error:
            if ABSENT not in str(error):
                raise
            return None

    def _text(self, name: str) -> str:
        return schema.decode_text(self._file.attrs[name])

    def _camera(self, camera: str | None) -> h5py.Group:
        name = camera or self.primary_camera
        images = self._file[schema.IMAGES]
        if name not in images:
            raise EpisodeError(
                f'{self.path.name}: no camera "{name}", it holds {", ".join(sorted(images))}'
            )
        return images[name]

    def _index(self, camera: str | None) -> NDArray[np.uint64]:
        name = camera or ''
        if name not in self._ends:
            self._ends[name] = self._column(self._camera(camera), END_COLUMN)[:]
        return self._ends[name]

    def _crc(self, camera: str | None) -> NDArray[np.uint32] | None:
        """Return the checksums, None in a file of a version that has none."""
        name = camera or ''
        if name not in self._crcs:
            group = self._camera(camera)
            known = schema.CRC_COLUMN.name in group
            self._crcs[name] = self._column(group, schema.CRC_COLUMN)[:] if known else None
        return self._crcs[name]

    def _jpeg(self, camera: str | None) -> h5py.Dataset:
        name = camera or ''
        if self._owner != os.getpid() or name not in self._jpegs:
            group = self._camera(camera)  # opens the file anew in another process
            self._jpegs[name] = self._column(group, schema.JPEG_COLUMN)
        return self._jpegs[name]

    @named
    def stream(self, name: str) -> dict[str, NDArray[Any]]:
        """Return a stream's columns by its name in the schema."""
        columns = schema.STREAM_COLUMNS.get(name) or schema.joint_columns(len(self.joint_names))
        group = self._optional(name)
        if group is None:  # an optional stream, or one that the file's version does not have
            return {column.name: np.zeros(column.shape(0), column.dtype) for column in columns}
        # The last is written last: opened first, none of a file that grows is shorter than it.
        datasets = [self._column(group, wanted) for wanted in reversed(columns)][::-1]
        count = len(datasets[-1])
        short = [found.name for found in datasets if len(found) < count]
        if short:
            raise EpisodeError(
                f'{self.path.name}: {", ".join(short)} have fewer than the {count} rows of '
                f'{datasets[-1].name}; {REMEDY}'
            )
        return {w.name: found[:count] for w, found in zip(columns, datasets, strict=True)}

    def _stamps(self, name: str, camera: str | None) -> NDArray[np.float64]:
        wanted = next(c for c in schema.CAMERA_COLUMNS if c.name == name)
        count = self.frames(camera)  # before the others, for a file that grows
        stamps = self._column(self._camera(camera), wanted)
        if len(stamps) < count:
            raise EpisodeError(
                f'{self.path.name}: {stamps.name} has {len(stamps)} rows for {count} frames; '
                f'{REMEDY}'
            )
        return stamps[:count]

    def _column(self, group: h5py.Group, wanted: schema.Column) -> h5py.Dataset:
        try:
            return column(group, wanted, self.path.stat().st_size)
        except EpisodeError as error:
            raise EpisodeError(f'{self.path.name}: {error}') from error


def _attributes(target: h5py.Group) -> dict[str, Any]:
    return {key: _plain(value) for key, value in target.attrs.items()}


def _plain(value: Any) -> Any:
    if isinstance(value, (bytes, str)):
        return schema.decode_text(value)
    return value.item() if isinstance(value, np.generic) else value
