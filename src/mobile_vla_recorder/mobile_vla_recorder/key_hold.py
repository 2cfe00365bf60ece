# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""Whether a key is still held, in a terminal that tells of presses and never of releases."""

from __future__ import annotations

import math


class KeyHold:
    """
    A held key repeats: first after the keyboard's delay, then quickly. No repeat is a release.

    :param first_timeout: how long a key counts as held before its first repeat [s]
    :param repeat_timeout: how long it counts as held after a repeat [s]
    """

    def __init__(self, first_timeout: float = 0.5, repeat_timeout: float = 0.15) -> None:
        self._first_timeout = first_timeout
        self._repeat_timeout = repeat_timeout
        self.release()

    def press(self, key: str, now: float) -> None:
        """Take a key that came at `now` [s]; another key releases the one before."""
        repeated = key == self.held(now)
        self._key = key
        self._until = now + (self._repeat_timeout if repeated else self._first_timeout)

    def held(self, now: float) -> str:
        """Return the key that is held at `now` [s], '' for none."""
        return self._key if now < self._until else ''

    def release(self) -> None:
        """Take the key as released."""
        self._key = ''
        self._until = -math.inf
