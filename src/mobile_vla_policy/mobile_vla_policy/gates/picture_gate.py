# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""What the camera shows has to be a picture, and a new one."""

from __future__ import annotations

from mobile_vla_core.safety import StopReason

from .gate import Stop

_SIMULATED = (
    '; one that is rendered shows the same while the robot stands: for a simulator set '
    'frozen_at_rest to false (robot:=simulated)'
)
_ROUNDING = 1e-3
"""By so much the rounding of stamps may shorten a time [s]."""


class PictureGate:
    """
    Hold what the worker reports of the frames it saw.

    The worker reports the checksum of every preprocessed frame, so a frozen camera is found out
    at no cost: frames with new stamps that give the network exactly the same numbers. Only a
    robot that was told to move is expected to see something else; noise makes the pictures of a
    real camera differ even at rest, but not those of a simulator.

    :param topic: name of the image topic, for the sentences
    :param max_frozen_time: how long frames may be identical [s]; 0 does not check it
    :param frozen_at_rest: identical frames also count while the robot stands
    :param min_brightness: smallest mean of a picture, 0 to 255
    :param min_contrast: smallest standard deviation of a picture, 0 to 255
    """

    def __init__(
        self,
        topic: str,
        *,
        max_frozen_time: float,
        frozen_at_rest: bool,
        min_brightness: float,
        min_contrast: float,
    ) -> None:
        self._topic = topic
        self._max_frozen_time = max_frozen_time
        self._frozen_at_rest = frozen_at_rest
        self._min_brightness = min_brightness
        self._min_contrast = min_contrast
        self.reset()

    def reset(self) -> None:
        """Forget every frame."""
        self._last_move: float | None
        self._checksum: int | None = None
        self._since = self._newest = 0.0
        self._moved, self._last_move = 0.0, None
        self._brightness = self._contrast = float('nan')

    def saw(self, checksum: int, stamp: float, brightness: float, contrast: float) -> None:
        """Take what the worker saw in the frame of a stamp [s]; NaN for what is not known."""
        if checksum != self._checksum:
            self._checksum, self._since, self._moved = checksum, stamp, 0.0
        self._newest = stamp
        self._brightness, self._contrast = brightness, contrast

    def commanded(self, now: float, moving: bool) -> None:
        """Take note at `now` [s] whether the robot is told to move."""
        if moving and self._last_move is not None:
            self._moved += now - self._last_move
        self._last_move = now if moving else None

    def verdict(self, now: float) -> Stop | None:
        """Forbid to move when the camera is frozen, black or blank."""
        identical = self._newest - self._since
        limit = self._max_frozen_time
        moved = identical if self._frozen_at_rest else self._moved
        if limit > 0.0 and min(identical, moved) >= limit - _ROUNDING:
            return Stop.because(
                StopReason.FROZEN_IMAGE,
                topic=self._topic,
                age=identical,
                limit=limit,
                advice='' if self._moved >= limit - _ROUNDING else _SIMULATED,
            )
        if self._brightness < self._min_brightness:
            detail = f'black: brightness {self._brightness:.1f} of 255, '
            detail += f'needed are {self._min_brightness:g}'
            return Stop.because(StopReason.BLACK_IMAGE, topic=self._topic, detail=detail)
        if self._contrast < self._min_contrast:
            detail = f'blank: contrast {self._contrast:.1f} of 255, '
            detail += f'needed are {self._min_contrast:g}'
            return Stop.because(StopReason.BLACK_IMAGE, topic=self._topic, detail=detail)
        return None
