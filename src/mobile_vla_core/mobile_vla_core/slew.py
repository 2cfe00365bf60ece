# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""Let a velocity change no faster than the base can follow, and come to rest in bounded time."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .action_space import VELOCITY_DIM
from .errors import ConfigError


@dataclass(frozen=True)
class SlewLimits:
    """
    Largest changes of a velocity, per axis.

    :param acceleration: shape (3,) [m/s^2, m/s^2, rad/s^2]; 0 is no limit
    :param deceleration: shape (3,) [m/s^2, m/s^2, rad/s^2]; 0 is no limit
    :param stop_time: longest time from any velocity to rest [s]; 0 stops at once
    """

    acceleration: tuple[float, float, float] = (0.0, 0.0, 0.0)
    deceleration: tuple[float, float, float] = (0.0, 0.0, 0.0)
    stop_time: float = 0.0

    def __post_init__(self) -> None:
        values = (*self.acceleration, *self.deceleration, self.stop_time)
        if len(values) != 2 * VELOCITY_DIM + 1 or not all(value >= 0.0 for value in values):
            raise ConfigError(
                f'accelerations and the time to stop must be >= 0, found {self.acceleration}, '
                f'{self.deceleration} and {self.stop_time}'
            )


class Slew:
    """
    Follow a wanted velocity, one control period after the other.

    All axes change by the same share of what they have to, on a straight line from the velocity
    that is to the one that is wanted: on the way to rest the curvature stays.

    :param period: time between two steps [s]
    """

    def __init__(self, limits: SlewLimits, period: float) -> None:
        self._speeding = _per_step(limits.acceleration, period)
        self._slowing = _per_step(limits.deceleration, period)
        # Rounded down, so that the last of these steps is zero in time.
        self._stop_steps = max(1, int(limits.stop_time / period + 1e-6))
        self._share: NDArray[np.float32] | None = None
        self.velocity = np.zeros(VELOCITY_DIM, np.float32)
        """The velocity that was last commanded, shape (3,) [m/s, m/s, rad/s]."""

    def follow(self, wanted: ArrayLike) -> NDArray[np.float32]:
        """
        Step towards a velocity.

        :param wanted: shape (3,) [m/s, m/s, rad/s]
        :return: the velocity to command now, shape (3,)
        """
        self._share = None
        wanted = np.asarray(wanted, np.float32)
        change = wanted - self.velocity
        speeding = np.abs(wanted) > np.abs(self.velocity)
        share = _share(change, np.where(speeding, self._speeding, self._slowing))
        self.velocity = wanted.copy() if share >= 1.0 else self.velocity + share * change
        return self.velocity

    def brake(self) -> NDArray[np.float32]:
        """Step towards rest, which is reached within the time to stop."""
        if self._share is None:
            share = max(_share(self.velocity, self._slowing), 1.0 / self._stop_steps)
            self._share = np.float32(share) * self.velocity
        smaller = np.abs(self.velocity) - np.abs(self._share)
        # A rest of less than a thousandth of a step is rounding.
        ended = (smaller <= 1e-3 * np.abs(self._share)).all()
        self.velocity = np.zeros_like(self.velocity) if ended else self.velocity - self._share
        return self.velocity

    def halt(self) -> NDArray[np.float32]:
        """Be at rest at once."""
        self._share = None
        self.velocity = np.zeros(VELOCITY_DIM, np.float32)
        return self.velocity

    @property
    def moving(self) -> bool:
        """Whether the velocity that was last commanded is not zero."""
        return bool(self.velocity.any())


def _per_step(limits: tuple[float, float, float], period: float) -> NDArray[np.float64]:
    return np.array([limit * period if limit else np.inf for limit in limits])


def _share(change: NDArray[np.float32], largest: NDArray[np.float64]) -> float:
    """Return the share of a change, shape (3,), that keeps every axis within its largest."""
    size = np.abs(change)
    return float(np.divide(largest, size, out=np.ones(3), where=size > 0.0).min())
