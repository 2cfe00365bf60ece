# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""
The layout of an episode file: every key string, and the alignment rule, stand here and only here.

Stamps are seconds since the epoch of the recording node's clock, float64. Text is UTF-8 of fixed
length, because HDF5's variable-length types cannot be written crash-safely (SWMR).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import h5py
import numpy as np

SCHEMA = 'mobile_vla_episode'
SCHEMA_VERSION = '1.2'
"""1.1 adds /imu, /joint_states and /recorder to 1.0, and 1.2 a checksum of each picture."""
SUFFIX = '.h5'
PART_SUFFIX = '.h5.part'
RECOVERED_SUFFIX = '.h5.part.recovered'
UNREADABLE_SUFFIX = '.h5.part.unreadable'
RELABEL_SUFFIX = '.h5.relabel'
"""Of the copy that relabelling works on; readers pass it over."""

ALIGNMENT_RULE = (
    'Row t of /action is the command in force from the capture of frame t: the first command '
    'stamped in [s_t, s_t+1), else the command still in force at s_t, else STOP. '
    'A frame is never later than its command: action_stamp[t] >= s_t.'
)

IMAGES = 'observations/images'
ACTION = 'action'
ACTION_STAMP = 'action_stamp'
COMMANDS = 'commands'
ODOMETRY = 'odometry'
EVENTS = 'events'
IMU = 'imu'
JOINT_STATES = 'joint_states'
JOINT_NAMES = 'names'
RECORDER = 'recorder'

OUTCOME_EVENT = 'outcome'
DROP_EVENT = 'dropped'
RECOVERED_EVENT = 'recovered'
RELABEL_EVENT = 'relabel'
EDIT_EVENT = 'edit'
"""Of what was done to the recorded data afterwards."""
UNFIT_EVENT = 'unfit'
"""Why training must not take the episode, such as stamps made up by a repair."""
QUALITY_EVENT = 'quality'
CAMERA_INFO_EVENT = 'camera_info'
"""A piece of a CameraInfo that came after the start, see late_camera_info.py."""
DRIVER_EVENT = 'driver'
"""What the driver said that the commands are from its stamp on."""
OUTCOMES = ('success', 'failure', 'unknown')

ACTION_TYPE_NOT_GIVEN = -1

KIND_BYTES = 32
TEXT_BYTES = 512


@dataclass(frozen=True)
class Column:
    """One dataset that grows by rows."""

    name: str
    dtype: str
    width: int | None = None
    """Values per row; None for a scalar."""

    def shape(self, rows: int) -> tuple[int, ...]:
        """Return the shape of a number of rows."""
        return (rows,) if self.width is None else (rows, self.width)


JPEG_COLUMN = Column('jpeg', 'u1')
CRC_COLUMN = Column('crc', 'u4')
"""CRC-32 of the frame's bytes, as of zlib, since 1.2: most of a JPEG's bits no decoder checks."""
CRC_SINCE = (1, 2)
# In each stream the last column is flushed last: a row exists once its last value does.
CAMERA_COLUMNS = (
    Column('header_stamp', 'f8'),
    Column('receive_stamp', 'f8'),
    CRC_COLUMN,
    Column('end', 'u8'),  # end of the frame's bytes in `jpeg`
)
STREAM_COLUMNS = {
    COMMANDS: (
        Column('receive_stamp', 'f8'),
        Column('twist', 'f4', 3),
        Column('action_type', 'i1'),
        Column('stamp', 'f8'),
    ),
    ODOMETRY: (Column('pose', 'f8', 7), Column('twist', 'f8', 6), Column('stamp', 'f8')),
    EVENTS: (
        Column('kind', f'S{KIND_BYTES}'),
        Column('text', f'S{TEXT_BYTES}'),
        Column('stamp', 'f8'),
    ),
    IMU: (
        Column('orientation', 'f8', 4),
        Column('angular_velocity', 'f8', 3),
        Column('linear_acceleration', 'f8', 3),
        Column('stamp', 'f8'),
    ),
}
ACTION_COLUMNS = (Column(ACTION, 'f4', 4), Column(ACTION_STAMP, 'f8'))


def version_of(text: str) -> tuple[int, ...]:
    """Return the numbers of a version, (0,) for a text that is none."""
    parts = text.split('.')
    return tuple(map(int, parts)) if all(part.isdigit() for part in parts) else (0,)


def joint_columns(joints: int) -> tuple[Column, ...]:
    """Return the columns of JOINT_STATES for a number of joints."""
    values = (Column(name, 'f8', joints) for name in ('position', 'velocity', 'effort'))
    return (*values, Column('stamp', 'f8'))


def encode_text(text: str, limit: int) -> bytes:
    """Return UTF-8 of at most `limit` bytes, never cut inside a character."""
    return text.encode()[:limit].decode(errors='ignore').encode()


def text_list_attribute(texts: Sequence[str]) -> np.ndarray:
    """Return fixed-length UTF-8 strings for an attribute."""
    contents = [text.encode() for text in texts]
    longest = max(len(content) for content in contents)
    return np.array(contents, dtype=h5py.string_dtype('utf-8', max(longest, 1)))


def decode_text(value: object) -> str:
    """Return the text of a stored string, whatever HDF5 type it came as."""
    return value.decode(errors='replace') if isinstance(value, bytes) else str(value)


def text_attribute(text: str) -> np.ndarray:
    """Return a fixed-length UTF-8 scalar for an attribute."""
    content = text.encode()
    return np.array(content, dtype=h5py.string_dtype('utf-8', max(len(content), 1)))


def set_attributes(target: h5py.Group, values: Mapping[str, Any]) -> None:
    """Store texts, numbers and truth values beside a group."""
    for key, value in values.items():
        target.attrs[key] = text_attribute(value) if isinstance(value, str) else value
