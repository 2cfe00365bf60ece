# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""Hold the worker's answers back, to test what latency does."""

from __future__ import annotations

from collections import deque
from dataclasses import replace

from .record import ReplyRecord


class ReplyDelay:
    """
    Give every answer back later, in order; times are passed in.

    The worker goes on meanwhile: it sees every frame, as on a device that is as fast and farther
    away.

    :param seconds: by so much [s]
    """

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._waiting: deque[tuple[float, ReplyRecord]] = deque()

    def clear(self) -> None:
        """Forget the answers of a worker that is gone."""
        self._waiting.clear()

    def put(self, reply: ReplyRecord, now: float) -> None:
        """Take an answer at `now` [s]; the delay counts as part of the inference."""
        late = replace(reply, inference_ms=reply.inference_ms + 1e3 * self._seconds)
        self._waiting.append((now + self._seconds, late))

    def due(self, now: float) -> list[ReplyRecord]:
        """Return the answers whose time has come."""
        found = []
        while self._waiting and self._waiting[0][0] <= now:
            found.append(self._waiting.popleft()[1])
        return found

    def left(self, now: float) -> float:
        """Return the time until the next one is due [s], infinity without any."""
        return max(0.0, self._waiting[0][0] - now) if self._waiting else float('inf')
