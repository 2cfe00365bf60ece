# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""When a message without a stamp was sent, told in the receiver's time."""

from __future__ import annotations


class SourceClock:
    """
    Follow the clock of a topic's publisher.

    The middleware gives each message the time at which it was sent, by the sender's clock, and
    the time at which it came. The smallest difference seen is the offset of the two clocks and
    the shortest way; whatever a message took longer than that, it waited.
    """

    def __init__(self) -> None:
        self._offset = float('inf')

    def sent(self, source: float, received: float) -> float:
        """
        Return when a message was sent, by the receiver's clock.

        :param source: when it was sent, by the sender's clock [s]
        :param received: when it came [s]
        """
        self._offset = min(self._offset, received - source)
        return source + self._offset
