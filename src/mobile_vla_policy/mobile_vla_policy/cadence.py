# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""Tell when camera or model cannot keep up with the step that the policy was trained at."""

from __future__ import annotations

from collections import deque
from statistics import median

_SLOW_CAMERA = 1.25
"""A camera's period beyond which it is too slow, in step periods."""
_INFERENCES = 8
"""Inferences over which their duration is judged."""


class Cadence:
    """
    Compare what happens with the policy's step period.

    :param step_period: time between the frames that the policy was trained on [s]
    """

    def __init__(self, step_period: float) -> None:
        self._step_period = step_period
        self._inferences: deque[float] = deque(maxlen=_INFERENCES)

    def reset(self) -> None:
        """Forget the inferences."""
        self._inferences.clear()

    def predicted(self, seconds: float) -> None:
        """Take the duration of an inference [s]."""
        self._inferences.append(seconds)

    def warnings(self, camera_period: float | None) -> list[str]:
        """
        Say what is too slow, one sentence each.

        :param camera_period: time between the camera's images [s], None while unknown
        """
        step, found = self._step_period, []
        if camera_period is not None and camera_period > _SLOW_CAMERA * step:
            found.append(too_slow(camera_period, step))
        if len(self._inferences) == _INFERENCES and median(self._inferences) > step:
            found.append(
                f'the model is too slow: {1e3 * median(self._inferences):.0f} ms per prediction, '
                f'a step takes {1e3 * step:.0f} ms; use a faster device, bfloat16 or more threads'
            )
        return found


def too_slow(camera_period: float, step_period: float) -> str:
    """Say that a camera with this time between images [s] is too slow for a step period [s]."""
    return (
        f'the camera is too slow: {1.0 / camera_period:.1f} images/s, the policy was '
        f'trained at {1.0 / step_period:.1f}; raise the rate of the camera'
    )
