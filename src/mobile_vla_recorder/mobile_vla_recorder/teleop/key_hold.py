# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""Whether a key is still held, in a terminal that tells of presses and never of releases."""

from __future__ import annotations

from collections import deque
import math

MARGIN = 1.25
"""A keyboard's delay may be this much longer the next time."""
_KEPT_DELAYS = 3


class KeyHold:
    """
    A held key repeats: first after the keyboard's delay, then quickly. No repeat is a release.

    So that a held key drives without a stutter, a press holds until the first repeat of the
    slowest keyboard that is allowed for. As soon as a key has repeated, the keyboard's own delay
    is known, and a tap ends that much earlier; what is learnt never makes it end later.

    :param first_timeout: how long a key counts as held before its first repeat, at most [s]
    :param repeat_timeout: how long it counts as held after a repeat [s]
    """

    def __init__(self, first_timeout: float = 0.75, repeat_timeout: float = 0.2) -> None:
        self._longest = first_timeout
        self._repeat_timeout = repeat_timeout
        self._delays: deque[float] = deque(maxlen=_KEPT_DELAYS)
        self._presses: deque[float] = deque(maxlen=4)
        self.release()

    @property
    def first_timeout(self) -> float:
        """How long a press counts as held when no repeat follows [s]."""
        if not self._delays:
            return self._longest
        return min(self._longest, max(MARGIN * max(self._delays), self._repeat_timeout))

    def press(self, key: str, now: float) -> None:
        """Take a key that came at `now` [s]; another key releases the one before."""
        repeated = key == self.held(now)
        if key != self._key:
            self._presses.clear()
        self._presses.append(now)
        self._learn()
        self._key = key
        self._until = now + (self._repeat_timeout if repeated else self.first_timeout)

    def held(self, now: float) -> str:
        """Return the key that is held at `now` [s], '' for none."""
        return self._key if now < self._until else ''

    def release(self) -> None:
        """Take the key as released."""
        self._key = ''
        self._until = -math.inf

    def _learn(self) -> None:
        """Take a slow gap that two quick ones follow for the keyboard's delay."""
        if len(self._presses) < 4:
            return
        first, second, third, fourth = self._presses
        delay, quick = second - first, max(third - second, fourth - third)
        if quick <= self._repeat_timeout < delay <= self._longest:
            self._delays.append(delay)
