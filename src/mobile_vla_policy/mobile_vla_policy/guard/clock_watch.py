# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""Notice that a clock stands still."""

from __future__ import annotations


class ClockWatch:
    """Compare a clock that may stop, such as a simulation's, with one that cannot."""

    def __init__(self) -> None:
        self._last: tuple[float, float] | None = None

    def still(self, now: float, steady: float) -> float:
        """
        Return for how long the clock has shown the same time [s].

        :param now: what it shows [s]
        :param steady: steady time [s]
        """
        if self._last is None or self._last[0] != now:
            self._last = (now, steady)
        return steady - self._last[1]
