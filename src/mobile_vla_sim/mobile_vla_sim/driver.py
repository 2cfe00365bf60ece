# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""Drive one recorded episode by the scripted driver: hold, drive, stand, done."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mobile_vla_core.action_space import ACTION_TYPE, ActionType, STOP_ACTION

from .expert import Expert
from .geometry import Box, Pose
from .judge import Outcome


@dataclass(frozen=True)
class DriverConfig:
    """When an episode begins and ends."""

    hold_frames: int = 1
    """Frames answered by a stop before driving, so that the recording begins at rest."""
    stop_frames: int = 5
    """Frames answered by a stop after arrival, so that the recording teaches to stand."""
    max_frames: int = 300
    """An episode that takes longer has failed."""


class Driver:
    """Answer each frame of one episode with an action."""

    def __init__(
        self, side: int, expert: Expert | None = None, config: DriverConfig | None = None
    ) -> None:
        """
        Begin an episode.

        :param side: +1 to pass every box on its left, -1 on its right
        """
        self.config = config or DriverConfig()
        self._side = side
        self._expert = expert or Expert()
        self._frames = 0
        self._stops = 0
        self._outcome = Outcome.RUNNING

    @property
    def success(self) -> bool:
        """Whether the cup was reached by the rules and the base stood there."""
        return self._outcome is Outcome.SUCCESS and self._stops >= self.config.stop_frames

    @property
    def done(self) -> bool:
        """Whether there is nothing left to drive."""
        failed = self._outcome not in (Outcome.RUNNING, Outcome.SUCCESS)
        return failed or self.success or self._frames > self.config.max_frames

    def observe(self, outcome: Outcome) -> None:
        """Take the judge's outcome at the newest frame."""
        self._outcome = outcome

    def answer(
        self, pose: Pose, cup: tuple[float, float], boxes: Sequence[Box]
    ) -> NDArray[np.float32]:
        """Return the action for the newest frame, shape (4,); arguments as for Expert.command."""
        self._frames += 1
        if self._frames <= self.config.hold_frames:
            return STOP_ACTION.copy()
        action = self._expert.command(pose, cup, boxes, self._side)
        self._stops += action[ACTION_TYPE] == ActionType.STOP
        return action
