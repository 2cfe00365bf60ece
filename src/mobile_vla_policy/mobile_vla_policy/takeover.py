# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""
Who moves the base when a human takes part: his command comes first, at once.

Every command of the driver takes over, zero too: who presses stop means it. While his last
command is younger than a timeout the base does what he says, within the limits. After that it
holds zero, and not the policy's command: a driver who lets go did so to stop the robot, or because
he is done, and only he knows which. The policy goes on when it is armed again, or by option after
a fixed time.
"""

from __future__ import annotations

from enum import Enum
import threading

import numpy as np
from numpy.typing import ArrayLike, NDArray

from mobile_vla_core.action_space import VELOCITY_DIM
from mobile_vla_core.safety import VelocityLimits

_CLOCK_JUMP = 0.5
"""A clock that goes back by more than this was set anew [s]."""


class Phase(Enum):
    """Who has the base."""

    POLICY = 'policy'
    HUMAN = 'human'
    HELD = 'held'
    """Nobody: the driver let go, and the policy may not go on yet."""


class Takeover:
    """
    Times [s] are those of the node's clock; called by a subscription and the control loop.

    :param limits: within which a driver's command is passed on
    :param timeout: for so long a command of the driver is in force [s]
    :param hold: so long after it ended the policy goes on by itself [s]; 0 means never
    """

    def __init__(self, limits: VelocityLimits, timeout: float, hold: float) -> None:
        self._limits = limits
        self._timeout = timeout
        self._hold = hold
        self._lock = threading.Lock()
        self._last: tuple[NDArray[np.float32], float] | None = None

    def drive(self, velocity: ArrayLike, now: float) -> None:
        """Take a command of the driver, shape (3,) [m/s, m/s, rad/s]; one that is NaN is zero."""
        command = np.asarray(velocity, np.float32)
        if not np.isfinite(command).all():
            command = np.zeros(VELOCITY_DIM, np.float32)
        with self._lock:
            self._last = (self._limits.clip(command), now)

    def release(self) -> None:
        """Give the base to the policy: it was armed again."""
        with self._lock:
            self._last = None

    def phase(self, now: float) -> Phase:
        """Tell who has the base."""
        return self.at(now)[0]

    def at(self, now: float) -> tuple[Phase, NDArray[np.float32]]:
        """Tell who has the base, and the driver's command, shape (3,), zero without one."""
        with self._lock:
            if self._last is None:
                return Phase.POLICY, np.zeros(VELOCITY_DIM, np.float32)
            velocity, stamp = self._last
            age = now - stamp
            if -_CLOCK_JUMP < age < 0.0:
                age = 0.0  # It came while the tick that asks was being planned.
            if 0.0 <= age <= self._timeout:
                return Phase.HUMAN, velocity
            if 0.0 < self._hold <= age - self._timeout:
                self._last = None
                return Phase.POLICY, np.zeros(VELOCITY_DIM, np.float32)
            return Phase.HELD, np.zeros(VELOCITY_DIM, np.float32)
