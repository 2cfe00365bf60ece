# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""The last seconds before an episode starts."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable


class PreRoll:
    """
    A ring of what would have been recorded, bounded in time and in memory.

    It fills only while no episode runs, so nothing is ever in two episodes.

    :param seconds: how far back it reaches; 0 keeps nothing
    :param limit_bytes: the oldest go when there are more
    """

    def __init__(self, seconds: float, limit_bytes: int) -> None:
        self._seconds = seconds
        self._limit = limit_bytes
        self._kept: deque[tuple[float, int, Callable[[], None]]] = deque()
        self.bytes = 0

    def add(self, record: Callable[[], None], size: int, now: float) -> None:
        """Keep what records something of a size [bytes]."""
        if self._seconds <= 0.0:
            return
        self._kept.append((now, size, record))
        self.bytes += size
        self._forget(now)

    def play(self, now: float) -> None:
        """Record what is still young enough, in order, and be empty."""
        self._forget(now)
        while self._kept:
            _, size, record = self._kept.popleft()
            self.bytes -= size
            record()

    def _forget(self, now: float) -> None:
        kept = self._kept
        while kept and (now - kept[0][0] > self._seconds or self.bytes > self._limit):
            self.bytes -= kept.popleft()[1]
