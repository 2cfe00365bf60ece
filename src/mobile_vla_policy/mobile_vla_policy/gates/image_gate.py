# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""The newest image has to be of now."""

from __future__ import annotations

from mobile_vla_core.safety import ImageAgeLimit, StopReason

from .gate import Stop

_ADVICE = 'is the camera running?'
_LATE_IMAGES = 3
"""So many older images in a row are no late ones: the stamps themselves went back."""


class ImageGate:
    """
    Hold the stamp of the newest image, and whether stamps went back.

    A single image may come later than its successor and is passed over.

    :param topic: name of the image topic, for the sentences
    :param max_age: oldest image that may be driven on [s]
    """

    def __init__(self, topic: str, max_age: float) -> None:
        self._topic = topic
        self._limit = ImageAgeLimit(oldest=max_age)
        self.advice = _ADVICE
        """What to do when no image comes."""
        self.reset(float('-inf'))

    def reset(self, now: float) -> None:
        """Forget every image; one is expected soon after `now` [s]."""
        self._since = now
        self._stamp: float | None = None
        self._newest: float | None = None
        self._late = 0
        self._jump = 0.0

    def note(self, stamp: float, now: float) -> bool:
        """Take the stamp of an image [s] and tell whether it may be driven on."""
        if self._newest is not None and stamp < self._newest:
            self._late += 1
            if self._late < _LATE_IMAGES:
                return False
            self._jump, self._newest = self._newest - stamp, None
        self._late = 0
        self._stamp = stamp
        if self._limit.verdict(now, stamp) is not None:
            return False
        self._newest = stamp
        return True

    def take_jump(self) -> bool:
        """Tell once, when images are usable again, that stamps went back before them."""
        jumped = self._jump > 0.0 and self._newest is not None
        self._jump = 0.0 if jumped else self._jump
        return jumped

    def age(self, now: float) -> float:
        """Return the age of the newest image [s], NaN before the first."""
        return float('nan') if self._stamp is None else now - self._stamp

    def verdict(self, now: float) -> Stop | None:
        """Forbid to move when no image comes, or one that is not of now."""
        if self._stamp is None:
            if now - self._since <= self._limit.oldest:
                return None  # Nothing was predicted from it either, which another gate says.
            return Stop.because(StopReason.NO_IMAGE, topic=self._topic, detail=self.advice)
        reason = self._limit.verdict(now, self._stamp)
        if reason is None:
            return None
        age, oldest = abs(self.age(now)), self._limit.oldest
        if reason is StopReason.STALE_IMAGE and self._jump:
            return Stop.because(StopReason.STAMPS_WENT_BACK, topic=self._topic, age=self._jump)
        return Stop.because(reason, topic=self._topic, age=age, limit=oldest)
