# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""The rate of a camera, by the stamps of its pictures."""

from __future__ import annotations

from collections import deque


class CameraRate:
    """
    Mean rate over the last seconds of stamps.

    Stamps, not arrival: a simulation in lock-step is as fast as it says, whatever it takes.

    :param window: how far back pictures count [s]
    """

    def __init__(self, window: float = 2.0) -> None:
        self._window = window
        self._stamps: deque[float] = deque()

    def add(self, stamp: float) -> None:
        """Count a picture; one stamped before its predecessor starts anew."""
        if self._stamps and stamp < self._stamps[-1]:
            self._stamps.clear()
        self._stamps.append(stamp)
        while stamp - self._stamps[0] > self._window:
            self._stamps.popleft()

    @property
    def span(self) -> float:
        """From the first picture that counts to the last [s]."""
        return self._stamps[-1] - self._stamps[0] if self._stamps else 0.0

    @property
    def hertz(self) -> float:
        """Pictures per second [Hz], 0 when there are too few to tell."""
        return (len(self._stamps) - 1) / self.span if self.span > 0 else 0.0
