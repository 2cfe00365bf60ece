# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""Rules that stand between a prediction and the base: reasons to stop, ages and limits."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .action_space import ActionCodec, VELOCITY_DIM
from .errors import ActionShapeError, ActionSpaceError


class StopReason(Enum):
    """Why the robot must not move: one sentence each, written only here."""

    NOT_ACTIVE = 'not active: activate the node'
    NOT_ARMED = 'not armed: call ~/arm'
    EMERGENCY_STOP = 'the emergency stop is pressed: release it, then call ~/arm'
    EMERGENCY_STOPPED = 'the emergency stop was pressed: call ~/arm to go on'
    TAKEN_OVER = 'the driver took over and let go: call ~/arm to let the policy drive'
    NO_INSTRUCTION = 'no instruction: set the parameter "instruction"'
    WORKER_STARTING = 'the inference worker is loading the policy'
    WORKER_DOWN = 'the inference worker stopped ({detail}): it is being restarted'
    WORKER_FAILED = 'the inference worker cannot run the policy: {detail}'
    NO_IMAGE = 'no image on {topic}: {detail}'
    STALE_IMAGE = 'the newest image on {topic} is {age:.2f} s old, allowed are {limit:g} s'
    FUTURE_IMAGE = (
        'the newest image on {topic} is stamped {age:.2f} s in the future: '
        'set the clocks of camera and robot to the same time'
    )
    STAMPS_WENT_BACK = (
        'the stamps of the images on {topic} went back by {age:.2f} s and are too old: '
        'set the clocks of camera and robot to the same time'
    )
    CAMERA_MISMATCH = (
        'the images on {topic} are not like those that the policy was trained on: found {detail}'
    )
    FROZEN_IMAGE = (
        'the images on {topic} have been identical for {age:.2f} s, allowed are {limit:g} s: '
        'the camera is frozen{advice}'
    )
    BLACK_IMAGE = 'the newest image on {topic} is {detail}; look at lens, light and exposure'
    BAD_IMAGE = 'the newest image on {topic} cannot be used: {detail}'
    NO_CHUNK = 'waiting for the first prediction'
    STALE_CHUNK = 'the newest prediction is of an image {age:.2f} s old, allowed are {limit:g} s'
    BAD_CHUNK = 'the newest prediction cannot be used: {detail}'

    def sentence(self, **fields: object) -> str:
        """Fill in the sentence; KeyError when a field is missing."""
        return self.value.format(**fields)


HARD_STOPS = frozenset({StopReason.EMERGENCY_STOP, StopReason.EMERGENCY_STOPPED})
"""Reasons to be at rest at once; for all others the robot brakes."""


@dataclass(frozen=True)
class ImageAgeLimit:
    """
    How far from now the stamp of an image may be.

    :param oldest: greatest age [s]
    :param ahead: how far in the future a stamp may lie, for clocks that differ a little [s]
    """

    oldest: float
    ahead: float = 0.1

    def verdict(self, now: float, stamp: float) -> StopReason | None:
        """Judge a stamp [s]: None when the image may be driven on."""
        age = now - stamp
        if age < -self.ahead:
            return StopReason.FUTURE_IMAGE
        # Written so that NaN is stale.
        return None if age <= self.oldest else StopReason.STALE_IMAGE


@dataclass(frozen=True)
class VelocityLimits:
    """
    Largest velocities of the base, per axis and per sign.

    :param low: shape (3,), each <= 0 [m/s, m/s, rad/s]
    :param high: shape (3,), each >= 0 [m/s, m/s, rad/s]
    """

    low: tuple[float, float, float]
    high: tuple[float, float, float]

    def __post_init__(self) -> None:
        if len(self.low) != VELOCITY_DIM or len(self.high) != VELOCITY_DIM:
            raise ActionSpaceError(
                f'expected {VELOCITY_DIM} limits per side, found {self.low} and {self.high}'
            )
        if not all(low <= 0.0 <= high for low, high in zip(self.low, self.high, strict=True)):
            raise ActionSpaceError(
                f'limits must be around 0 so that the robot may stop, '
                f'found {self.low} and {self.high}'
            )

    @classmethod
    def of(cls, codec: ActionCodec) -> VelocityLimits:
        """Take the range of the training data."""
        low, high = zip(*codec.limits, strict=True)
        return cls(low=low, high=high)

    def within(self, largest: ArrayLike) -> VelocityLimits:
        """
        Tighten the limits.

        :param largest: shape (3,) [m/s, m/s, rad/s], of either sign; 0 leaves an axis as it is
        """
        bounds = [float(value) or float('inf') for value in largest]
        return VelocityLimits(
            low=tuple(max(low, -bound) for low, bound in zip(self.low, bounds, strict=True)),
            high=tuple(min(high, bound) for high, bound in zip(self.high, bounds, strict=True)),
        )

    def clip(self, velocity: ArrayLike) -> NDArray[np.float32]:
        """
        Bring a velocity within the limits and keep its path.

        The three axes are slowed down by one common factor, so that direction (linear_y to
        linear_x) and curvature (angular_z to linear speed) stay. An axis that may not move to
        its side at all is set to zero instead: it would stop the others.

        :param velocity: shape (3,) [m/s, m/s, rad/s]
        :return: shape (3,) float32
        """
        velocity = np.array(velocity, dtype=np.float32)
        if velocity.shape != (VELOCITY_DIM,):
            raise ActionShapeError(expected='(3,)', actual=velocity.shape)
        bound = np.where(velocity < 0.0, self.low, self.high).astype(np.float32)
        velocity[bound == 0.0] = 0.0
        excess = np.divide(velocity, bound, out=np.ones(3, np.float32), where=bound != 0.0)
        scaled = velocity / max(1.0, float(excess.max()))
        # Division may round one step beyond the bound.
        return np.clip(scaled, self.low, self.high).astype(np.float32)
