# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""Bring every episode to one time between frames."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from ..errors import ConfigError

TOLERANCE = 0.25
"""Largest difference from the step period, as its share, at which frames are taken as they are."""
LONGEST_STEP = 1.5
"""Frames further apart than this many step periods are not one step apart: some were lost."""


def common_step_period(frame_periods: Mapping[str, float]) -> float:
    """
    Return the median time between frames over all episodes, rounded to a millisecond [s].

    :param frame_periods: median time between frames by episode [s]; NaN for a single frame
    :raises ConfigError: if no episode has two frames
    """
    known = [period for period in frame_periods.values() if np.isfinite(period) and period > 0.0]
    if not known:
        raise ConfigError(
            'no episode has two frames with different stamps: set data.step_period [s]'
        )
    return max(round(float(np.median(known)), 3), 0.001)


def contiguous_parts(
    stamps: NDArray[np.float64], step_period: float, episode: str
) -> list[NDArray[np.int64]]:
    """
    Choose frames that are one step period apart, in as many parts as lost frames leave.

    Where a frame is missing, or the clock was set back, the episode falls into parts: no window
    and no chunk reaches from one into the next, because its frames would not be one step apart.

    :param stamps: capture times, shape (T,) [s]
    :param step_period: time wanted between frames [s]
    :param episode: named in errors
    :return: indices of each part in time, together shape (N,); all frames are there when the
        episode has that cadence already
    :raises ConfigError: if the episode is slower than the tolerance allows
    """
    numbers = np.arange(len(stamps))
    native = _split_at_gaps(numbers, stamps, step_period)
    if _has_cadence(stamps, step_period, episode):
        return native
    parts = []
    for part in native:
        chosen = part[_nearest_to_steps(stamps[part], step_period)]
        parts += _split_at_gaps(chosen, stamps, step_period)
    return parts


def _has_cadence(stamps: NDArray[np.float64], step_period: float, episode: str) -> bool:
    if len(stamps) < 2:
        return True
    period = float(np.median(np.diff(stamps)))
    if abs(period - step_period) <= TOLERANCE * step_period:
        return True
    if period > step_period:
        raise ConfigError(
            f'{episode} has a frame every {period:.3f} s, expected one every {step_period:.3f} s: '
            f'set data.step_period to the slowest episode, or leave that episode out'
        )
    return False


def _split_at_gaps(
    numbers: NDArray[np.int64], stamps: NDArray[np.float64], step_period: float
) -> list[NDArray[np.int64]]:
    steps = np.diff(stamps[numbers])
    gaps = np.flatnonzero((steps > LONGEST_STEP * step_period) | (steps < 0.0))
    return np.split(numbers, gaps + 1)


def _nearest_to_steps(stamps: NDArray[np.float64], step_period: float) -> NDArray[np.int64]:
    """Return the frames nearest to each step from the first frame on, none twice."""
    if len(stamps) < 2:
        return np.arange(len(stamps))
    period = float(np.median(np.diff(stamps)))
    steps = np.arange(stamps[0], stamps[-1] + 0.5 * period, step_period)
    right = np.clip(np.searchsorted(stamps, steps), 1, len(stamps) - 1)
    left = right - 1
    nearest = np.where(steps - stamps[left] <= stamps[right] - steps, left, right)
    within = np.abs(stamps[nearest] - steps) <= 0.5 * step_period
    return np.unique(nearest[within])
