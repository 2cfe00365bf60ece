# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""Pick the frames that the policy sees out of a camera's stream."""

from __future__ import annotations

from collections import deque
from statistics import median

_FOLLOW = 0.2
"""Share of a frame's timing error by which the grid moves: jitter averages out, drift does not."""
_GAPS = 8
"""Gaps between camera frames over which their period is estimated."""


class FrameSampler:
    """
    Choose frames at the policy's step period by their stamps, whatever the camera's rate is.

    A frame is taken when it is nearer to the due time than the next one would be. The due times
    follow the camera slowly, so that a camera at the step period gives every frame although
    its clock drifts and its stamps jitter.

    :param step_period: time between the frames that the policy was trained on [s]
    """

    def __init__(self, step_period: float) -> None:
        self._step_period = step_period
        self._gaps: deque[float] = deque(maxlen=_GAPS)
        self._last: float | None = None
        self._due: float | None = None

    def reset(self) -> None:
        """Take the next frame, whenever it comes."""
        self._gaps.clear()
        self._last = self._due = None

    @property
    def camera_period(self) -> float | None:
        """Time between the camera's images of late [s], None while too few came."""
        return median(self._gaps) if len(self._gaps) == _GAPS else None

    def take(self, stamp: float) -> bool:
        """Tell whether the frame of this stamp [s] goes to the policy."""
        if self._last is not None:
            if stamp <= self._last:
                return False
            self._gaps.append(stamp - self._last)
        self._last = stamp
        if self._due is None:
            self._due = stamp + self._step_period
            return True
        error = stamp - self._due
        if error < -median(self._gaps) / 2.0:
            return False
        # After a pause the grid starts anew: frames that never came are not caught up.
        follow = 1.0 if error > self._step_period / 2.0 else _FOLLOW
        self._due += follow * error + self._step_period
        return True
