# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""
The 4-D action of a wheeled base and its codec.

An action is (linear_x [m/s], linear_y [m/s], angular_z [rad/s], action_type) in base_link,
REP-103: x forward, y left, yaw counter-clockwise. A differential base has linear_y = 0.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum
import hashlib
import json
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .errors import ActionShapeError, ActionSpaceError

ACTION_DIM = 4
VELOCITY_DIM = 3
LINEAR_X, LINEAR_Y, ANGULAR_Z, ACTION_TYPE = range(ACTION_DIM)
ACTION_NAMES = ('linear_x', 'linear_y', 'angular_z', 'action_type')
ACTION_UNITS = ('m/s', 'm/s', 'rad/s', 'class')
BEYOND_RANGE = 0.5
"""Least excess over the range of the data that is taken for a fault [m/s or rad/s]."""
DEAD_BAND = 1e-3
"""Velocities up to this size count as zero when the action type is derived [m/s, rad/s]."""


class ActionType(IntEnum):
    """What kind of motion a command is; the values of the original recorder."""

    MOVEMENT = 0
    ROTATION = 1
    STOP = 2
    SPECIAL = 3


ACTION_TYPES = len(ActionType)
STOP_ACTION = np.array([0.0, 0.0, 0.0, ActionType.STOP], dtype=np.float32)
STOP_ACTION.setflags(write=False)


def derive_action_type(velocity: ArrayLike) -> NDArray[np.int64]:
    """
    Name the motion of a velocity that came without an action type.

    :param velocity: shape (..., 3) [m/s, m/s, rad/s]
    :return: shape (...), STOP when all are zero, ROTATION when only the yaw rate is not,
        else MOVEMENT; SPECIAL is never derived
    """
    velocity = _velocity(velocity)
    moving = np.abs(velocity) > DEAD_BAND
    translating = moving[..., LINEAR_X] | moving[..., LINEAR_Y]
    return np.where(
        translating,
        ActionType.MOVEMENT,
        np.where(moving[..., ANGULAR_Z], ActionType.ROTATION, ActionType.STOP),
    ).astype(np.int64)


def as_action(velocity: ArrayLike, action_type: ArrayLike | None = None) -> NDArray[np.float32]:
    """
    Join velocities and action types to actions.

    :param velocity: shape (..., 3) [m/s, m/s, rad/s]
    :param action_type: shape (...), derived from the velocity when None
    :return: shape (..., 4)
    """
    velocity = _velocity(velocity)
    kind = derive_action_type(velocity) if action_type is None else np.asarray(action_type)
    return np.concatenate([velocity, kind[..., None]], axis=-1).astype(np.float32)


def mirror_actions(actions: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return actions, shape (..., 4), as seen in a mirror: linear_y and angular_z change sign."""
    mirrored = actions.copy()
    mirrored[..., [LINEAR_Y, ANGULAR_Z]] *= -1.0
    return mirrored


@dataclass(frozen=True)
class ActionCodec:
    """
    Scale velocities to about unit size for a network, and back.

    `scale` holds powers of two, so dividing and multiplying only moves the floating-point
    exponent: a round trip is bit-exact, and a zero velocity stays exactly zero.

    :param scale: one per velocity, near the root mean square of the data [m/s, m/s, rad/s]
    :param limits: (low, high) per velocity, the range seen in the data [m/s, m/s, rad/s]
    """

    scale: tuple[float, float, float]
    limits: tuple[tuple[float, float], ...]

    def __post_init__(self) -> None:
        limits = tuple((float(low), float(high)) for low, high in self.limits)
        object.__setattr__(self, 'limits', limits)
        object.__setattr__(self, 'scale', tuple(float(value) for value in self.scale))
        if len(self.scale) != VELOCITY_DIM or len(self.limits) != VELOCITY_DIM:
            raise ActionSpaceError(
                f'expected {VELOCITY_DIM} scales and limits, '
                f'found {len(self.scale)} and {len(self.limits)}'
            )
        if any(not np.isfinite(s) or s <= 0 or np.frexp(s)[0] != 0.5 for s in self.scale):
            raise ActionSpaceError(f'scales must be positive powers of two, found {self.scale}')
        if any(not low <= 0.0 <= high for low, high in self.limits):
            raise ActionSpaceError(
                f'limits must be (low, high) around 0 so that the robot may stop, '
                f'found {self.limits}'
            )

    @classmethod
    def from_actions(cls, actions: ArrayLike) -> ActionCodec:
        """
        Take scale and limits from recorded actions.

        :param actions: shape (N, 4) or (N, 3), physical units
        :raises ActionShapeError: if there are none, or of another width
        :raises ActionSpaceError: if any is not finite
        """
        actions = np.asarray(actions, dtype=np.float64)
        if actions.ndim != 2 or len(actions) == 0 or actions.shape[1] not in (3, ACTION_DIM):
            raise ActionShapeError(expected='(N, 4) with N >= 1', actual=actions.shape)
        velocity = actions[:, :VELOCITY_DIM]
        if not np.isfinite(velocity).all():
            raise ActionSpaceError('recorded actions hold NaN or infinity: run the episode check')
        rms = np.sqrt(np.mean(velocity**2, axis=0))
        scale = np.where(rms > DEAD_BAND, 2.0 ** np.round(np.log2(np.maximum(rms, 1e-9))), 1.0)
        low = np.minimum(velocity.min(axis=0), 0.0)
        high = np.maximum(velocity.max(axis=0), 0.0)
        limits = tuple((float(a), float(b)) for a, b in zip(low, high, strict=True))
        return cls(scale=tuple(float(s) for s in scale), limits=limits)

    def normalise(self, velocity: ArrayLike) -> NDArray[np.float32]:
        """Divide velocities, shape (..., 3) [m/s, m/s, rad/s], by the scale."""
        return _velocity(velocity) / np.asarray(self.scale, dtype=np.float32)

    def denormalise(self, normalised: ArrayLike) -> NDArray[np.float32]:
        """Return velocities, shape (..., 3) [m/s, m/s, rad/s], clipped to the limits."""
        low, high = np.asarray(self.limits, dtype=np.float32).T
        physical = _velocity(normalised) * np.asarray(self.scale, dtype=np.float32)
        return np.clip(physical, low, high)

    def check_prediction(self, normalised: ArrayLike) -> None:
        """
        Refuse what no sound network predicts, before `denormalise` would clip it.

        A little beyond the data is usual for a regression; beyond it by more than the width of
        the data's own range, and by more than BEYOND_RANGE, is not.

        :param normalised: shape (..., 3)
        :raises ActionSpaceError: if a value is NaN, infinite or far out of range
        """
        physical = _velocity(normalised) * np.asarray(self.scale, dtype=np.float32)
        if not np.isfinite(physical).all():
            raise ActionSpaceError('the policy predicted NaN or infinity: retrain or replace it')
        low, high = np.asarray(self.limits, dtype=np.float32).T
        margin = np.maximum(high - low, BEYOND_RANGE)
        beyond = (physical < low - margin) | (physical > high + margin)
        if beyond.any():
            axis = int(np.argwhere(beyond)[0, -1])
            value = physical[..., axis][beyond[..., axis]].flat[0]
            raise ActionSpaceError(
                f'the policy predicted {ACTION_NAMES[axis]} {value:.3g} {ACTION_UNITS[axis]}, '
                f'trained were {low[axis]:.3g} to {high[axis]:.3g}: retrain or replace it'
            )

    @property
    def fingerprint(self) -> str:
        """SHA-256 over names, units, scale and limits: equal only for the same action space."""
        content = {'names': ACTION_NAMES, 'units': ACTION_UNITS, **self.to_dict()}
        return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()

    def to_dict(self) -> dict[str, Any]:
        """Return plain lists, as stored in a checkpoint."""
        return {'scale': list(self.scale), 'limits': [list(pair) for pair in self.limits]}

    @classmethod
    def from_dict(cls, content: Mapping[str, Any]) -> ActionCodec:
        """Rebuild a codec; ActionSpaceError when a key is missing or malformed."""
        try:
            scale = tuple(float(value) for value in content['scale'])
            limits = tuple((float(low), float(high)) for low, high in content['limits'])
        except (KeyError, TypeError, ValueError) as error:
            raise ActionSpaceError(
                f'expected an action codec with "scale" and "limits", found {dict(content)!r}'
            ) from error
        return cls(scale=scale, limits=limits)


def _velocity(values: ArrayLike) -> NDArray[np.float32]:
    values = np.asarray(values, dtype=np.float32)
    if values.ndim == 0 or values.shape[-1] != VELOCITY_DIM:
        raise ActionShapeError(expected='(..., 3)', actual=values.shape)
    return values
