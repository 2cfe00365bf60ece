# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""From where on a picture, a camera or its clock is bad; recorder and check say the same."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

SATURATED = 250
"""Grey value from which a pixel is saturated, of 255."""


@dataclass(frozen=True)
class QualityLimits:
    """Where a warning begins."""

    expected_rate: float = 0.0
    """Nominal camera rate [Hz]; 0: not known, gaps are judged by the usual period."""
    rate_share: float = 0.9
    """Of the expected rate."""
    frozen_seconds: float = 1.0
    """A camera that sends the same bytes for longer, while the robot is driven, is frozen [s]."""
    black_level: float = 10.0
    """Mean grey value of 255 below which a picture is black."""
    bright_share: float = 0.5
    """Share of the pixels that are saturated in an overexposed picture."""
    maximum_skew: float = 0.25
    """Between the delay of pictures and that of commands [s]."""
    look_period: float = 1.0
    """A picture is decoded so often to be looked at [s]."""

    def is_black(self, grey: NDArray[np.uint8]) -> bool:
        """Judge a grey picture, shape (H, W_px), at any size."""
        return bool(cv2.mean(grey)[0] < self.black_level)

    def is_overexposed(self, grey: NDArray[np.uint8]) -> bool:
        """Judge a grey picture, shape (H, W_px), at any size."""
        return bool(np.count_nonzero(grey >= SATURATED) > self.bright_share * grey.size)
