# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""Compare the parameters with the policy's driving card before anything moves."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mobile_vla_core.action_space import ACTION_NAMES, ACTION_UNITS, VELOCITY_DIM
from mobile_vla_core.errors import ConfigError
from mobile_vla_core.policy_card import PolicyCard

if TYPE_CHECKING:
    from .parameters import PolicyParameters

_ROUNDING = 1e-3
"""Share by which a limit may be above that of the card, which nobody types in full."""


def check_card(card: PolicyCard, parameters: PolicyParameters) -> list[str]:
    """
    Refuse parameters under which the policy cannot drive as it was trained.

    :return: what may be but should be known, one sentence each
    :raises ConfigError: if a rate or an age does not fit the policy's step period, or a speed is
        higher than any of the training
    """
    step, rate = card.step_period, parameters.topics.rate
    if rate * step < 1.0 - 1e-6:
        raise ConfigError(
            f"rate {rate:g} Hz is lower than that of the policy's actions: expected at least "
            f'{1.0 / step:.3g} Hz, one command per step of {step:g} s'
        )
    for name in ('max_image_age', 'max_chunk_age'):
        limit = getattr(parameters.safety, name)
        if limit <= step:
            raise ConfigError(
                f'{name} {limit:g} s would stop the robot between two images: expected more than '
                f"the policy's step period of {step:g} s"
            )
    warnings = []
    if card.chunk < 2:
        warnings.append(
            f'the policy predicts 1 action of {step:g} s: the robot stops whenever the next '
            f'prediction is not there in time; train with a longer chunk'
        )
    if not card.camera_width:
        warnings.append(
            'the driving card does not tell the size of the training camera: '
            'that of this camera is not checked'
        )
    wider = _wider_limits(card, parameters)
    if wider and not parameters.motion.allow_wider_limits:
        raise ConfigError(
            f'{"; ".join(wider)}: lower it, or set 0 for that of the training; with '
            f'allow_wider_limits it has no effect'
        )
    return warnings + [f'{sentence}: it has no effect' for sentence in wider]


def _wider_limits(card: PolicyCard, parameters: PolicyParameters) -> list[str]:
    trained = [max(-low, high) for low, high in card.codec.limits]
    rows = zip(
        ACTION_NAMES[:VELOCITY_DIM], ACTION_UNITS, trained, parameters.motion.largest, strict=False
    )
    return [
        f'max_{name} is {largest:g} {unit}, training went up to {limit:.3g} {unit}'
        for name, unit, limit, largest in rows
        if largest > limit * (1.0 + _ROUNDING)
    ]
