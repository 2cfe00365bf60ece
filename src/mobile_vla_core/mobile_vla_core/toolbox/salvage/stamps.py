# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""Stamps in place of those that are damaged, and the truth about it."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

DEFAULT_PERIOD = 0.1
"""Between frames of which nothing is known [s]."""


def is_given(stamps: NDArray[np.float64]) -> NDArray[np.bool_]:
    """
    Return which stamps were written: finite, and no zero, which a torn file has, but the first.

    :param stamps: shape (T,) [s]
    """
    good = np.isfinite(stamps) & (stamps != 0)
    if len(stamps) and stamps[0] == 0:  # a clock that begins there
        good[0] = len(stamps) == 1 or bool(good[1])
    return good


def mend_stamps(
    stamps: NDArray[np.float64] | None,
    others: NDArray[np.float64] | None,
    count: int,
    period: float,
) -> tuple[NDArray[np.float64], int, int]:
    """
    Return a stamp for every frame, shape (T,) [s], how many are made up, and how many are guesses.

    A guess is one with no stamp of either clock before or after it.

    A missing one is taken from the other clock, else from its neighbours, else frames are evenly
    spaced from 0.

    :param stamps: of the wanted clock, NaN where unknown, None if all are
    :param others: of the other clock
    :param period: between frames of which nothing is known [s]
    """
    result = _of(stamps, count)
    other = _of(others, count)
    missing = ~np.isfinite(result)
    made_up = int(np.count_nonzero(missing))
    if made_up == 0:
        return result, 0, 0
    both = ~missing & np.isfinite(other)
    offset = float(np.median((result - other)[both])) if both.any() else 0.0
    from_other = missing & np.isfinite(other)
    result[from_other] = other[from_other] + offset
    known = np.flatnonzero(np.isfinite(result))
    unknown = np.flatnonzero(~np.isfinite(result))
    if len(known) == 0:
        return np.arange(count) * period, made_up, count
    result[unknown] = np.interp(unknown, known, result[known])
    after = unknown[unknown > known[-1]]
    result[after] = result[known[-1]] + (after - known[-1]) * period
    before = unknown[unknown < known[0]]
    result[before] = result[known[0]] - (known[0] - before) * period
    return result, made_up, len(before) + len(after)


def _of(stamps: NDArray[np.float64] | None, count: int) -> NDArray[np.float64]:
    result = np.full(count, np.nan)
    if stamps is not None:
        given = np.asarray(stamps[:count], dtype=np.float64)
        result[: len(given)] = np.where(is_given(given), given, np.nan)
    return result
