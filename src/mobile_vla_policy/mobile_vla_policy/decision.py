# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""What the base is to do at a control tick, and why."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from mobile_vla_core.action_space import ActionType, VELOCITY_DIM
from mobile_vla_core.safety import StopReason

from .prediction import Prediction

ZERO = np.zeros(VELOCITY_DIM, dtype=np.float32)
ZERO.setflags(write=False)


@dataclass(frozen=True)
class Decision:
    """
    What to command now.

    :param velocity: shape (3,) [m/s, m/s, rad/s]; zero whenever `reason` is not None
    :param reason: why the robot must not move
    :param sentence: the reason in words, '' when driving
    :param image_age: since the newest image [s], NaN before the first
    :param chunk_age: since action 0 of the chunk was due [s], NaN without a chunk
    :param fresh: no earlier decision used this chunk
    :param row: of the chunk that the command is
    :param predictions: those that came since the last decision that let the robot drive, also
        ones that wait for their turn; of those that came while it stood the newest
    """

    velocity: NDArray[np.float32] = field(default_factory=lambda: ZERO)
    action_type: ActionType = ActionType.STOP
    reason: StopReason | None = None
    sentence: str = ''
    image_age: float = float('nan')
    chunk_age: float = float('nan')
    fresh: bool = False
    row: int = 0
    predictions: tuple[Prediction, ...] = ()
