# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""
Hidden disturbance of the base: wheel slip and pushes that no command shows.

It acts inside the simulator, so recorded commands stay those of a driver who corrects
for it: the recordings hold recoveries, and a policy learns to come back to its way.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

_SLIP = np.array([0.06, 0.06, 0.12])
"""Standard deviation of the slip at level 1 [m/s, m/s, rad/s]."""
_SLIP_TIME = 0.5
"""Correlation time of the slip [s]."""
_PUSH = np.array([0.25, 0.42, 0.50])
"""Largest push at level 1 [m/s, m/s, rad/s]."""
_PUSH_RATE = 0.45
"""Pushes per second."""
_PUSH_SECONDS = (0.4, 1.0)
"""Shortest and longest push [s]."""
_FULL_SPEED = 0.5
"""Wheel speed from which the disturbance acts fully [m/s or rad/s]; a standing base is still."""


class Disturbance:
    """An Ornstein-Uhlenbeck slip plus bursts of push, repeatable from its seed."""

    def __init__(self, level: float, seed: int) -> None:
        """
        Start at rest.

        :param level: 0 for none, 1 as used for collecting training data
        :param seed: together with the same steps gives the same disturbance
        """
        self.level = level
        self._rng = np.random.default_rng([abs(seed), 11])
        self._slip: NDArray[np.float64] = np.zeros(3)
        self._push: NDArray[np.float64] = np.zeros(3)
        self._push_left = 0.0

    def step(self, dt: float, velocity: NDArray[np.float64]) -> NDArray[np.float64]:
        """
        Return the velocity to add during the next `dt`, shape (3,) in base_link.

        :param dt: [s]
        :param velocity: of the wheels, shape (3,)
        """
        if self.level == 0.0:
            return np.zeros(3)
        decay = math.exp(-dt / _SLIP_TIME)
        noise = self._rng.standard_normal(3) * _SLIP * math.sqrt(1.0 - decay**2)
        self._slip = self._slip * decay + noise
        self._push_left -= dt
        if self._push_left <= 0.0:
            self._push = np.zeros(3)
            if self._rng.random() < _PUSH_RATE * dt:
                self._push = self._rng.uniform(-1.0, 1.0, 3) * _PUSH
                self._push_left = float(self._rng.uniform(*_PUSH_SECONDS))
        moving = min(1.0, float(np.abs(velocity).max()) / _FULL_SPEED)
        return self.level * moving * (self._slip + self._push)
