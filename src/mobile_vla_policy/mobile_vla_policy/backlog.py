# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""Keep account of the frames that a worker has not answered yet."""

from __future__ import annotations


class Backlog:
    """
    Frames sent and not answered; times are passed in.

    :param slots: how many frames may wait at once
    :param limit: longest time without an answer while frames wait [s]
    """

    def __init__(self, slots: int, limit: float) -> None:
        self._slots = slots
        self.limit = limit
        self.clear()

    def clear(self) -> None:
        """Forget all frames, for a new worker; numbers start anew."""
        self._sent = self._answered = 0
        self._since = 0.0

    @property
    def waiting(self) -> int:
        """How many frames wait for an answer."""
        return self._sent - self._answered

    @property
    def full(self) -> bool:
        """Tell whether no further frame may be sent."""
        return self.waiting >= self._slots

    @property
    def next(self) -> int:
        """Number of the frame that is sent next, which names its slot too."""
        return self._sent + 1

    def sent(self, now: float) -> None:
        """Count the next frame as sent at `now` [s]."""
        if not self.waiting:
            self._since = now
        self._sent += 1

    def answered(self, number: int, now: float) -> None:
        """Take the answer to a frame, which answers all before it too."""
        self._answered = number
        self._since = now

    def overdue(self, now: float) -> bool:
        """Tell whether frames have waited for longer than the limit without any answer."""
        return self.waiting > 0 and now - self._since > self.limit
