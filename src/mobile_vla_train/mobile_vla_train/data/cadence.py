# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""Bring every episode to one time between frames."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from mobile_vla_core.errors import ConfigError

TOLERANCE = 0.25
"""Largest difference from the step period, as its share, at which frames are taken as they are."""


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


def select_frames(
    stamps: NDArray[np.float64], step_period: float, episode: str
) -> NDArray[np.int64]:
    """
    Choose the frames that are one step period apart.

    :param stamps: capture times, shape (T,) [s]
    :param step_period: time wanted between frames [s]
    :param episode: named in errors
    :return: indices, shape (N,): all of them when the episode has that cadence already, the
        nearest to each step when it is faster
    :raises ConfigError: if the episode is slower than the tolerance allows
    """
    if len(stamps) < 2:
        return np.arange(len(stamps))
    period = float(np.median(np.diff(stamps)))
    if abs(period - step_period) <= TOLERANCE * step_period:
        return np.arange(len(stamps))
    if period > step_period:
        raise ConfigError(
            f'{episode} has a frame every {period:.3f} s, expected one every {step_period:.3f} s: '
            f'set data.step_period to the slowest episode, or leave that episode out'
        )
    steps = np.arange(stamps[0], stamps[-1] + 0.5 * period, step_period)
    right = np.clip(np.searchsorted(stamps, steps), 1, len(stamps) - 1)
    left = right - 1
    nearest = np.where(steps - stamps[left] <= stamps[right] - steps, left, right)
    return np.unique(nearest)
