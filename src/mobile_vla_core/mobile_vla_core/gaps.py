# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""Pictures that a camera took and nobody got, told from the gaps in their stamps."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import median

_TOGETHER = 31
"""So many gaps are judged together."""
_ENOUGH = 5
_GAP = 1.5
"""Periods between two pictures from which one in between is missing."""
_CATCH_UP = 0.65
"""Periods after such a gap within which a picture was not missing but late."""
_ALIKE = 0.3
"""Gaps that differ by less from their median, as a share of it, are alike."""
_JUMP = 1.0
"""
A stamp that is so much further on than the time that passed, of a picture that took so much less
than any before it, is a jump of the clock [s].
"""


class Gaps:
    """
    Counts the missing pictures of one camera.

    Gaps that are all alike and longer than expected are those of a slow camera; losses leave gaps
    that are multiples of a shorter one.

    :param expected_period: nominal one [s]; 0: not known, the usual one counts
    """

    def __init__(self, expected_period: float = 0.0) -> None:
        self._expected = expected_period
        self._open: list[float] = []
        self._judged = 0
        self._last: tuple[float, float] | None = None
        self._shortest = float('inf')
        self.count = 0
        self.span = 0.0
        """All gaps together [s]."""
        self.jumps = 0
        """Jumps of the camera's clock, which are no gaps."""

    @property
    def lost(self) -> int:
        """How many pictures are missing."""
        return self._judged + self._judge(self._open)

    @property
    def rate(self) -> float:
        """Pictures per second over all gaps [Hz], 0 when there are too few to tell."""
        return self.count / self.span if self.count else 0.0

    def add(self, stamp: float, receive_stamp: float) -> None:
        """Take a picture's stamp and when it came [s]; one that does not rise tells nothing."""
        last, self._last = self._last, (stamp, receive_stamp)
        delay, shortest = receive_stamp - stamp, self._shortest
        self._shortest = min(delay, shortest)
        if last is None or stamp <= last[0]:
            return
        gap, passed = stamp - last[0], receive_stamp - last[1]
        if gap > passed + _JUMP and delay < shortest - _JUMP:
            self.jumps += 1
            return
        self.count += 1
        self.span += gap
        self._open.append(gap)
        if len(self._open) >= _TOGETHER and gap <= _GAP * (self._period(self._open) or gap):
            self._judged += self._judge(self._open)
            self._open.clear()

    def _judge(self, gaps: Sequence[float]) -> int:
        period = self._period(gaps)
        lost = missing = 0
        for gap in gaps:
            if period and gap > _GAP * period:
                missing = round(gap / period) - 1
                lost += missing
            elif missing and gap < _CATCH_UP * period:
                missing -= 1
                lost -= 1
            else:
                missing = 0
        return lost

    def _period(self, gaps: Sequence[float]) -> float:
        if len(gaps) < _ENOUGH:
            return self._expected
        usual = median(gaps)
        if not self._expected:
            return usual
        odd = sum(abs(gap - usual) > _ALIKE * usual for gap in gaps)
        slow = usual > _GAP * self._expected and odd <= len(gaps) // 10
        return usual if slow else self._expected
