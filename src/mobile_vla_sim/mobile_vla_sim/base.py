# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""An omnidirectional base: velocity command in, pose out."""

from __future__ import annotations

from dataclasses import dataclass
import math

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .geometry import Pose, wrap_angle

_SUBSTEP = 0.02
"""Longest integration step [s]."""


@dataclass(frozen=True)
class BaseConfig:
    """How the base answers commands."""

    time_constant: float = 0.08
    """Time to reach 63 % of a new command [s]."""
    command_timeout: float = 0.5
    """The base stops when its last command is older than this [s]."""
    max_linear: float = 1.2
    """Limit of each linear velocity [m/s]."""
    max_angular: float = 2.0
    """Limit of the yaw rate [rad/s]."""


class OmniBase:
    """First-order response to (linear_x, linear_y, angular_z) in base_link, exact for any step."""

    def __init__(self, config: BaseConfig | None = None) -> None:
        self.config = config or BaseConfig()
        self.reset(Pose(0.0, 0.0, 0.0))

    def reset(self, pose: Pose) -> None:
        """Stand still at a pose, without a command."""
        self.pose = pose
        self.velocity: NDArray[np.float64] = np.zeros(3)
        """Velocity of the wheels, shape (3,) [m/s, m/s, rad/s]."""
        self._command = np.zeros(3)
        self._commanded_at = -math.inf

    def command(self, velocity: ArrayLike, now: float) -> None:
        """
        Take a new command; one that is not finite counts as a stop.

        :param velocity: shape (3,) in base_link [m/s, m/s, rad/s]
        :param now: simulation time at which it takes effect [s]
        """
        velocity = np.asarray(velocity, dtype=np.float64)
        if velocity.shape != (3,) or not np.isfinite(velocity).all():
            velocity = np.zeros(3)
        limit = np.array([self.config.max_linear, self.config.max_linear, self.config.max_angular])
        self._command = np.clip(velocity, -limit, limit)
        self._commanded_at = now

    def command_in_force(self, now: float) -> NDArray[np.float64]:
        """Return the command that the wheels follow at `now`, shape (3,); zero when too old."""
        if now - self._commanded_at > self.config.command_timeout:
            return np.zeros(3)
        return self._command

    def step(self, dt: float, now: float, disturbance: ArrayLike = (0.0, 0.0, 0.0)) -> None:
        """
        Move on by `dt`.

        :param dt: [s]
        :param now: simulation time at the beginning of the step [s]
        :param disturbance: velocity added to that of the wheels, shape (3,), in base_link
        """
        steps = max(1, math.ceil(dt / _SUBSTEP - 1e-9))
        h = dt / steps
        decay = math.exp(-h / self.config.time_constant)
        for i in range(steps):
            target = self.command_in_force(now + i * h)
            before = self.velocity
            self.velocity = target + (before - target) * decay
            # Mean over the step of an exponential, so the pose does not depend on the step.
            mean = target + (before - target) * (1 - decay) * self.config.time_constant / h
            vx, vy, wz = mean + np.asarray(disturbance)
            yaw = self.pose.yaw + wz * h / 2
            cos, sin = math.cos(yaw), math.sin(yaw)
            self.pose = Pose(
                self.pose.x + (cos * vx - sin * vy) * h,
                self.pose.y + (sin * vx + cos * vy) * h,
                wrap_angle(self.pose.yaw + wz * h),
            )
