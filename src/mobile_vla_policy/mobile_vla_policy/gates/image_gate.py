# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""The newest image has to be of now."""

from __future__ import annotations

from mobile_vla_core.safety import ImageAgeLimit, StopReason

from .gate import Stop


class ImageGate:
    """
    Hold the stamp of the newest image.

    :param topic: name of the image topic, for the sentences
    :param max_age: oldest image that may be driven on [s]
    """

    def __init__(self, topic: str, max_age: float) -> None:
        self._topic = topic
        self._limit = ImageAgeLimit(oldest=max_age)
        self._stamp: float | None = None
        self._since = float('-inf')

    def reset(self, now: float) -> None:
        """Forget every image; one is expected soon after `now` [s]."""
        self._stamp = None
        self._since = now

    def note(self, stamp: float, now: float) -> bool:
        """Take the stamp of an image [s] and tell whether it may be driven on."""
        self._stamp = stamp
        return self._limit.verdict(now, stamp) is None

    def age(self, now: float) -> float:
        """Return the age of the newest image [s], NaN before the first."""
        return float('nan') if self._stamp is None else now - self._stamp

    def verdict(self, now: float) -> Stop | None:
        """Forbid to move when no image comes, or one that is not of now."""
        if self._stamp is None:
            if now - self._since <= self._limit.oldest:
                return Stop.because(StopReason.NO_CHUNK)
            return Stop.because(StopReason.NO_IMAGE, topic=self._topic)
        reason = self._limit.verdict(now, self._stamp)
        if reason is None:
            return None
        age, oldest = abs(self.age(now)), self._limit.oldest
        return Stop.because(reason, topic=self._topic, age=age, limit=oldest)
