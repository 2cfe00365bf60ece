# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""Keep simulated time on the wall clock: what is due at a given time."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Due:
    """What to do now: simulated time to catch up with [s], and whether to take a picture."""

    advance: float
    capture: bool


class Pacer:
    """
    An absolute schedule, so that late calls never add up.

    Simulated time follows the clock in steps of the physics period; pictures are due at
    multiples of the camera period. A picture that was missed is left out, not made up for.
    """

    def __init__(self, physics_period: float, camera_period: float, longest_stall: float = 1.0):
        """
        Set the periods.

        :param physics_period: [s]
        :param camera_period: [s]
        :param longest_stall: after a longer break the schedule begins anew [s]
        """
        self._physics_period = physics_period
        self._camera_period = camera_period
        self._longest_stall = longest_stall
        self._start: float | None = None
        self._steps = 0
        self._captures = 0

    def due(self, now: float) -> Due:
        """Return what is due at `now` [s]; each thing is due once."""
        if self._start is None or not 0.0 <= now - self._last <= self._longest_stall:
            self._start, self._steps, self._captures = now, 0, 0
        self._last = now
        elapsed = now - self._start + 1e-9
        steps = int(elapsed / self._physics_period)
        advance = (steps - self._steps) * self._physics_period
        self._steps = steps
        captures = int(elapsed / self._camera_period) + 1
        capture = captures > self._captures
        self._captures = captures
        return Due(advance, capture)
