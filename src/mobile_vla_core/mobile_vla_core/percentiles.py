# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""Percentiles of what happened last, cheap enough for a control loop."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from math import ceil, isnan


@dataclass(frozen=True)
class Percentiles:
    """
    Figures of a set of values, in the unit of the values; NaN when there are none.

    :param count: number of values
    """

    count: int = 0
    mean: float = float('nan')
    p50: float = float('nan')
    p99: float = float('nan')
    max: float = float('nan')


class RollingPercentiles:
    """
    Remember the last values and tell their percentiles.

    Adding is done in constant time and takes no lock, so that a control loop may call it while
    another thread asks for the percentiles, which sorts a copy.

    :param size: how many values are remembered
    """

    def __init__(self, size: int) -> None:
        self._values: deque[float] = deque(maxlen=size)

    def add(self, value: float) -> None:
        """Remember a value; NaN is left out."""
        if not isnan(value):
            self._values.append(value)

    def clear(self) -> None:
        """Forget all values."""
        self._values.clear()

    def summary(self) -> Percentiles:
        """Return the percentiles (nearest rank) of the values remembered."""
        ordered = sorted(self._values.copy())
        if not ordered:
            return Percentiles()
        return Percentiles(
            count=len(ordered),
            mean=sum(ordered) / len(ordered),
            p50=_nearest_rank(ordered, 0.50),
            p99=_nearest_rank(ordered, 0.99),
            max=ordered[-1],
        )


def _nearest_rank(ordered: list[float], share: float) -> float:
    return ordered[ceil(share * len(ordered)) - 1]
