# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""Which layout an HDF5 file has: ours, or one of those that older recorders wrote."""

from __future__ import annotations

from enum import Enum
from pathlib import Path

import h5py

from ..errors import EpisodeError, SchemaMismatchError
from . import schema
from .episode_file import open_hdf5

MOST_NAMED = 12
"""Keys of an unknown file that its message names."""
V1_EVENTS = ('episode_start', 'start_action', 'stop_action')
V6_EVENTS = ('keyboard', 'joystick', 'stop_inject')


class Layout(str, Enum):
    """A known layout; `expected` says what it holds."""

    OURS = 'ours'
    G = 'G'
    V1 = 'V1'
    V4 = 'V4'
    V5 = 'V5'
    V6 = 'V6'

    @property
    def expected(self) -> str:
        """What a file of this layout holds, in a few words."""
        return _EXPECTED[self]


_EXPECTED = {
    Layout.OURS: f'attribute schema = {schema.SCHEMA}',
    Layout.G: 'observations/images (T, H, W, 3) uint8 and action (T, 4)',
    Layout.V1: 'images (N, H, W, 3) uint8, actions (N, 3) and action_event_types of '
    + '/'.join(V1_EVENTS),
    Layout.V4: 'images (N, H, W, 3) uint8 and actions (N, 2) or (N, 3)',
    Layout.V5: 'observations/images (N, H, W, 3) uint8 and actions (N, 3)',
    Layout.V6: 'images (N, H, W, 3) uint8, actions (N, 3) and action_event_types of '
    + '/'.join(V6_EVENTS),
}
_READ_ERRORS = (OSError, RuntimeError, KeyError, ValueError)
"""What h5py raises for a file whose structure is damaged below its root."""


def detect_layout(path: Path) -> Layout:
    """
    Name the layout of a file by its keys and attributes; the data is not read.

    :raises SchemaMismatchError: if it is an HDF5 file of no known layout, naming what it holds
    :raises EpisodeError: if it does not exist or the library cannot read its structure
    """
    path = Path(path)
    with open_hdf5(path) as file:
        try:
            layout = layout_of(file)
            found = '' if layout else describe_keys(file)
        except _READ_ERRORS as error:
            raise EpisodeError(f'the structure of {path.name} cannot be read: {error}') from error
    if layout is None:
        raise unknown_layout(path, found)
    return layout


def unknown_layout(path: Path, found: str) -> SchemaMismatchError:
    """Return the error for a file that holds something else; `found` as of `describe_keys`."""
    expected = '; '.join(f'{known.value} ({known.expected})' for known in Layout)
    return SchemaMismatchError(
        f'{path.name}: schema mismatch: found {found}, expected one of {expected}'
    )


def layout_of(file: h5py.File) -> Layout | None:
    """Return the layout of an open file, None when it is of none."""
    if schema.decode_text(file.attrs.get('schema', '')) == schema.SCHEMA:
        return Layout.OURS
    if _holds(file, 'observations/images'):
        if _holds(file, 'action'):
            return Layout.G
        return Layout.V5 if _holds(file, 'actions') else None
    if not (_holds(file, 'images') and _holds(file, 'actions')):
        return None
    events = event_types(file)
    if 'stop_inject_n' in file.attrs or set(events) & set(V6_EVENTS):
        return Layout.V6
    wide = file['actions'].shape[-1:] == (3,)
    return Layout.V1 if wide and set(events) & set(V1_EVENTS) else Layout.V4


def event_types(file: h5py.File) -> list[str]:
    """Return the rows of action_event_types as text; none when the file has none."""
    if not _holds(file, 'action_event_types'):
        return []
    rows = file['action_event_types']
    return [schema.decode_text(row) for row in rows[:].ravel()]


def describe_keys(file: h5py.File) -> str:
    """Return the datasets of a file with shape and type, then its attributes, not too many."""
    found: list[str] = []

    def add(name: str, item: h5py.Group | h5py.Dataset) -> bool | None:
        if isinstance(item, h5py.Dataset):
            found.append(f'{name} {item.shape} {item.dtype}')
        return True if len(found) > MOST_NAMED else None

    file.visititems(add)
    found += [f'attribute {name}' for name in file.attrs]
    named = ', '.join(found[:MOST_NAMED])
    return f'{named}, …' if len(found) > MOST_NAMED else named or 'no keys'


def _holds(file: h5py.File, name: str) -> bool:
    return file.get(name, getclass=True) is h5py.Dataset
