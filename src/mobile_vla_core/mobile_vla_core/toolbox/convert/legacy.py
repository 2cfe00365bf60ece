# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""Read the HDF5 layouts that older recorders wrote: G, V1, V4, V5 and V6."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import h5py
import numpy as np
from numpy.typing import NDArray

from ...action_space import ACTION_NAMES, ACTION_TYPE, ACTION_TYPES, VELOCITY_DIM
from ...episodes import schema
from ...episodes.episode_file import open_hdf5
from ...episodes.layout import describe_keys, event_types, Layout
from ...errors import ActionSpaceError, EpisodeError, SchemaMismatchError
from .artificial_rows import find_artificial_rows
from .assumption import Assumption, Overrides, USER
from .legacy_labels import attributes, find_instruction, find_scenario, find_start

USUAL_RATE = 6.0
"""At which the older recorders stored frames, where a file has no duration [Hz]."""
BLOCK_BYTES = 64 * 1024 * 1024
STAMPS = 'observations/timestamps'
"""Capture times, which no older recorder stored, but our own layout G does."""
IGNORED = 'ignore'
"""Name of a column of actions that is not one of ours."""
COLOR_ORDERS = ('rgb', 'bgr')

_IMAGES = {Layout.G: 'observations/images', Layout.V5: 'observations/images'}
_ACTIONS = {Layout.G: 'action'}
_COLOR_ORDER = {
    Layout.G: 'rgb',
    Layout.V1: 'bgr',
    Layout.V4: 'bgr',
    Layout.V5: 'rgb',
    Layout.V6: 'bgr',
}


@dataclass(frozen=True)
class LegacyEpisode:
    """
    An older recording, its rows as they are to be kept.

    :param velocities: shape (T, 3) [m/s, m/s, rad/s]
    :param action_types: shape (T,), schema.ACTION_TYPE_NOT_GIVEN where the file gives none
    :param stamps: shape (T,) [s]
    :param rows: the row of the file of each of them, shape (T,)
    :param rate: frames per second [Hz]
    """

    path: Path
    layout: Layout
    instruction: str
    scenario: str
    start: datetime | None
    velocities: NDArray[np.float32]
    action_types: NDArray[np.int64]
    stamps: NDArray[np.float64]
    rows: NDArray[np.int64]
    rate: float
    color_order: str
    attributes: dict[str, Any]
    assumptions: tuple[Assumption, ...]
    _images: h5py.Dataset

    @property
    def size(self) -> tuple[int, int]:
        """Height and width of its pictures [pixels]."""
        return tuple(self._images.shape[1:3])

    def pictures(self) -> Iterator[NDArray[np.uint8]]:
        """
        Yield the kept pictures, shape (H, W_px, 3) uint8 RGB.

        :raises EpisodeError: if a row cannot be read
        """
        row_bytes = max(int(np.prod(self._images.shape[1:])), 1)
        chunk = self._images.chunks[0] if self._images.chunks else 1
        block = max(min(chunk, BLOCK_BYTES // row_bytes), 1)
        start, held = -1, np.empty(0)
        for row in self.rows:
            if not start <= row < start + len(held) or start < 0:
                start = int(row) - int(row) % block
                held = self._read(start, start + block)
            picture = held[row - start]
            yield picture if self.color_order == 'rgb' else picture[..., ::-1]

    def _read(self, start: int, end: int) -> NDArray[np.uint8]:
        try:
            return self._images[start:end]
        except (OSError, RuntimeError) as error:
            reason = str(error).split('\n', 1)[0]
            raise EpisodeError(
                f'{self.path.name}: pictures {start} to {end - 1} cannot be read: {reason}'
            ) from error


@contextmanager
def open_legacy(path: Path, layout: Layout, said: Overrides) -> Iterator[LegacyEpisode]:
    """
    Open an older recording.

    :raises SchemaMismatchError: if what it holds is not what its layout promises
    :raises EpisodeError: if it cannot be read, or no row is left
    """
    path = Path(path)
    with open_hdf5(path) as file:
        try:
            episode = _read(path, file, layout, said)
        except (OSError, RuntimeError, KeyError) as error:
            raise EpisodeError(f'{path.name} cannot be read: {error}') from error
        yield episode


def _read(path: Path, file: h5py.File, layout: Layout, said: Overrides) -> LegacyEpisode:
    images, actions = _datasets(path, file, layout)
    values = attributes(file)
    velocities, types, naming = _velocities(path, actions[:], said)
    events = event_types(file)
    if events and len(events) != len(velocities):
        raise SchemaMismatchError(
            f'{path.name}: schema mismatch: found {len(events)} action_event_types for '
            f'{len(velocities)} actions, expected as many'
        )
    stops = values.get('stop_inject_n', 0)
    found = find_artificial_rows(layout, velocities, events, int(stops))
    rows = np.arange(len(velocities))
    if not said.keep_artificial:
        rows = np.setdiff1d(rows, found.rows)
    if len(rows) == 0:
        raise EpisodeError(f'{path.name}: all {len(velocities)} rows are artificial or missing')
    scenario = find_scenario(path, values, said)
    instruction = find_instruction(file, path, scenario.value, said)
    start, started = find_start(path, values)
    stamps, rate, timing = _timing(file, values, len(velocities), said)
    if STAMPS in file:
        started = Assumption('start', f'{stamps[0]:.6f} s', f'dataset {STAMPS}')
    elif start:
        stamps = stamps + start.timestamp()
    written = str(values.get('color_order', '')).lower()
    written = written if written in COLOR_ORDERS else ''
    order = said.color_order or written or _COLOR_ORDER[layout]
    why = 'attribute color_order' if written else f'layout {layout.value}'
    done = 'kept, as you said' if said.keep_artificial else 'left out'
    return LegacyEpisode(
        path=path,
        layout=layout,
        instruction=instruction.value,
        scenario=scenario.value,
        start=start,
        velocities=velocities[rows],
        action_types=types[rows],
        stamps=stamps[rows],
        rows=rows,
        rate=rate,
        color_order=order,
        attributes=values,
        assumptions=(
            Assumption('layout', layout.value, USER if said.layout else layout.expected),
            Assumption('colour order', order, USER if said.color_order else why),
            naming,
            timing,
            started,
            scenario,
            instruction,
            Assumption(
                'artificial rows',
                f'{found.text}, {done}' if found.rows else found.text,
                found.why,
            ),
        ),
        _images=images,
    )


def _datasets(path: Path, file: h5py.File, layout: Layout) -> tuple[h5py.Dataset, h5py.Dataset]:
    images = file.get(_IMAGES.get(layout, 'images'))
    actions = file.get(_ACTIONS.get(layout, 'actions'))
    widths = {Layout.G: (4,), Layout.V4: (2, 3)}.get(layout, (3,))
    fits = (
        isinstance(images, h5py.Dataset)
        and isinstance(actions, h5py.Dataset)
        and images.ndim == 4
        and images.shape[3] == 3
        and images.dtype == np.uint8
        and actions.ndim == 2
        and actions.shape[1] in widths
        and actions.dtype.kind in 'fiu'
    )
    if not fits:
        raise SchemaMismatchError(
            f'{path.name}: schema mismatch: found {describe_keys(file)}, '
            f'expected one of {layout.value} ({layout.expected})'
        )
    if len(images) != len(actions) or len(images) == 0:
        raise SchemaMismatchError(
            f'{path.name}: schema mismatch: found {len(images)} pictures and {len(actions)} '
            f'actions, expected as many of both, and at least one'
        )
    return images, actions


def _velocities(
    path: Path, actions: NDArray[Any], said: Overrides
) -> tuple[NDArray[np.float32], NDArray[np.int64], Assumption]:
    """Return velocities, shape (N, 3), and action types, shape (N,), by the columns' names."""
    width = actions.shape[1]
    names = said.action_names or ACTION_NAMES[:width]
    if len(names) != width:
        raise ActionSpaceError(
            f'{path.name}: its actions have {width} values: expected as many action names, '
            f'found {",".join(names)}'
        )
    columns = np.zeros((len(actions), len(ACTION_NAMES)))
    for column, name in enumerate(names):
        if name != IGNORED:
            columns[:, ACTION_NAMES.index(name)] = actions[:, column]
    types = columns[:, ACTION_TYPE]
    why = USER if said.action_names else f'{width} values a row'
    known = ACTION_NAMES[ACTION_TYPE] in names
    if known and not np.isin(types, np.arange(ACTION_TYPES)).all():
        known, why = False, f'{why}; action_type is not one of 0 to {ACTION_TYPES - 1}'
    if not known:
        types = np.full(len(actions), schema.ACTION_TYPE_NOT_GIVEN)
        why = f'{why}; action_type follows from the velocity'
    bad = int((~np.isfinite(columns[:, :VELOCITY_DIM])).any(axis=1).sum())
    if bad:
        why = f'{why}; {bad} rows are NaN or infinite and stay so'
    with np.errstate(over='ignore'):  # what float32 cannot hold becomes infinite
        velocities = columns[:, :VELOCITY_DIM].astype(np.float32)
    return velocities, types.astype(np.int64), Assumption('action names', ','.join(names), why)


def _timing(
    file: h5py.File, values: dict[str, Any], rows: int, said: Overrides
) -> tuple[NDArray[np.float64], float, Assumption]:
    """Return the time of each row [s], from 0 unless the file has times, and the rate [Hz]."""
    if STAMPS in file and file[STAMPS].shape == (rows,) and said.rate is None:
        stamps = file[STAMPS][:].astype(np.float64)
        period = float(np.median(np.diff(stamps))) if rows > 1 else 1 / USUAL_RATE
        rate = 1 / period if period > 0 else USUAL_RATE
        return stamps, rate, Assumption('rate', f'{rate:.3g} Hz', f'dataset {STAMPS}')
    duration = values.get('total_duration')
    timed = isinstance(duration, (int, float)) and 0 < duration < np.inf and rows > 1
    if said.rate is not None:
        rate, why = said.rate, USER
    elif timed:
        rate = (rows - 1) / duration
        why = f'{rows} rows spread evenly over total_duration {duration:g} s'
    else:
        rate, why = USUAL_RATE, 'the file holds no times; the usual rate of its recorders'
    return np.arange(rows) / rate, rate, Assumption('rate', f'{rate:.3g} Hz', why)
