# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""Rows of older recordings that nobody drove: the first one of V1, the stops of V5 and V6."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ...action_space import DEAD_BAND
from ...episodes.layout import Layout

START_EVENT = 'episode_start'
STOP_EVENT = 'stop_inject'
V5_STOPS = 5
"""Rows of STOP that the recorder of V5 put after each episode."""


@dataclass(frozen=True)
class ArtificialRows:
    """The rows of the file that were put in, and how they are known."""

    rows: tuple[int, ...]
    why: str

    @property
    def text(self) -> str:
        """The rows in a few words, e.g. `5 (13-17)`."""
        if not self.rows:
            return 'none'
        first, last = self.rows[0], self.rows[-1]
        together = last - first + 1 == len(self.rows) > 1
        named = f'{first}-{last}' if together else ', '.join(map(str, self.rows))
        return f'{len(self.rows)} ({named})'


def find_artificial_rows(
    layout: Layout,
    velocities: NDArray[np.floating],
    events: Sequence[str] = (),
    stops: int = 0,
) -> ArtificialRows:
    """
    Find what the recorder of a layout put into an episode.

    :param velocities: shape (N, 3) [m/s, m/s, rad/s]
    :param events: the N event types; empty when the file has none
    :param stops: how many stops a V6 file says that it has
    """
    still = (np.abs(velocities) <= DEAD_BAND).all(axis=1)
    if layout in (Layout.V1, Layout.V4):
        return _first_row(still, events)
    if layout is Layout.V5:
        return _last_rows(still, V5_STOPS, f'V5 ends with {V5_STOPS} injected STOP rows')
    if layout is Layout.V6:
        if events:
            rows = tuple(i for i, event in enumerate(events) if event == STOP_EVENT)
            return ArtificialRows(rows, f'their event is {STOP_EVENT}')
        return _last_rows(still, stops, f'attribute stop_inject_n is {stops}')
    return ArtificialRows((), f'layout {layout.value} has none')


def _first_row(still: NDArray[np.bool_], events: Sequence[str]) -> ArtificialRows:
    started = bool(events) and events[0] == START_EVENT
    if started and still[0]:
        return ArtificialRows((0,), f'the first row is a STOP with event {START_EVENT}')
    if started:
        return ArtificialRows((), f'the first row has event {START_EVENT}, but it moves')
    return ArtificialRows((), f'no event {START_EVENT} marks the first row')


def _last_rows(still: NDArray[np.bool_], wanted: int, why: str) -> ArtificialRows:
    moving = np.flatnonzero(~still)
    trailing = len(still) - (moving[-1] + 1 if len(moving) else 0)
    count = min(wanted, int(trailing))
    if count < wanted:
        why = f'{why}, only the last {trailing} rows are still'
    return ArtificialRows(tuple(range(len(still) - count, len(still))), why)
