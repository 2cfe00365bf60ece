# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""What was read of one episode: all that its checks look at."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...picture_quality import QualityLimits
from .picture_scan import PictureScan


@dataclass(frozen=True)
class CameraEvidence:
    """
    One camera's T frames.

    :param stamps: capture times, shape (T,) [s]
    :param receive_stamps: shape (T,) [s]
    :param pictures: None where they were not looked at
    """

    stamps: NDArray[np.float64]
    receive_stamps: NDArray[np.float64]
    pictures: PictureScan | None


@dataclass(frozen=True)
class Evidence:
    """
    One episode; what could not be read is empty, and a finding of its own.

    :param name: of the file
    :param cameras: by name, the primary one first
    :param actions: shape (T, 4), and 0 rows when the file has none
    :param commands: columns by name, as Episode gives them
    :param odometry: likewise
    :param unfit: why the file says of itself that it is not for training, '' when it does not
    """

    name: str
    instruction: str
    scenario: str
    outcome: str
    expected_period: float
    cameras: dict[str, CameraEvidence]
    actions: NDArray[np.float32]
    commands: dict[str, NDArray[Any]]
    odometry: dict[str, NDArray[Any]]
    limits: QualityLimits = field(default_factory=QualityLimits)
    unfit: str = ''

    @property
    def primary(self) -> CameraEvidence | None:
        """The camera to which actions are aligned."""
        return next(iter(self.cameras.values()), None)

    @property
    def period(self) -> float:
        """Median time between frames of the primary camera [s]; NaN when it cannot be told."""
        stamps = np.zeros(0) if self.primary is None else self.primary.stamps
        steps = np.diff(stamps[np.isfinite(stamps)])
        steps = steps[steps > 0.0]
        return float(np.median(steps)) if len(steps) else float('nan')
