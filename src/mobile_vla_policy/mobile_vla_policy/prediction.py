# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""What a prediction says of a moment."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mobile_vla_core.action_space import ActionType


@dataclass(frozen=True)
class Prediction:
    """
    The action that a chunk has for now, or its last one.

    :param velocity: within the limits, shape (3,) [m/s, m/s, rad/s]
    :param age: of the image behind it [s]
    :param inference_ms: how long it took [ms]
    """

    velocity: NDArray[np.float32]
    action_type: ActionType
    age: float
    inference_ms: float
