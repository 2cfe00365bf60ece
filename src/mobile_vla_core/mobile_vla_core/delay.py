# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""How long after their stamps the messages of a stream come."""

from __future__ import annotations

from collections import deque
from statistics import median

_RECENT = 31
_KEPT = 2048


class Delay:
    """Delays of a whole episode; every k-th is kept, and k doubles when they are many."""

    def __init__(self) -> None:
        self._recent: deque[float] = deque(maxlen=_RECENT)
        self._kept: list[float] = []
        self._every = 1
        self._count = 0
        self.worst = 0.0
        """The greatest one of all [s]."""

    def add(self, delay: float) -> None:
        """Take a delay [s]."""
        self._recent.append(delay)
        self.worst = delay if self._count == 0 else max(self.worst, delay)
        if self._count % self._every == 0:
            self._kept.append(delay)
        self._count += 1
        if len(self._kept) > _KEPT:
            self._kept = self._kept[::2]
            self._every *= 2

    @property
    def recent(self) -> float | None:
        """Median of the last ones [s], None before the first."""
        return median(self._recent) if self._recent else None

    @property
    def usual(self) -> float | None:
        """Median of the whole episode [s], None before the first."""
        return median(self._kept) if self._kept else None
