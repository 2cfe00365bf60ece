# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""What the driver is doing, in words that are worth storing when they change."""

from __future__ import annotations

from dataclasses import dataclass

from mobile_vla_core.action_space import ActionType, derive_action_type

from .key_map import Velocity

KEYBOARD, JOYSTICK = 'keyboard', 'joystick'

_WORDS = (('ahead', 'back'), ('left', 'right'), ('turning left', 'turning right'))
"""For a positive and for a negative part of a velocity."""


@dataclass(frozen=True)
class Activity:
    """
    One thing that the driver does, until the next.

    :param action_type: of the commands from now on
    :param source: KEYBOARD or JOYSTICK
    :param text: what happened
    """

    action_type: ActionType
    source: str
    text: str


def activity(velocity: Velocity, special: bool, source: str, what: str) -> Activity:
    """
    Describe what is driven.

    A stick that moves a little does not make another activity: only its direction is told.

    :param velocity: of the command [m/s, m/s, rad/s]
    :param special: the driver marks it as special, whatever the motion
    :param what: the key or the part of the joystick that did it
    """
    kind = ActionType(int(derive_action_type(velocity)))
    words = [
        words[0] if part > 0.0 else words[1]
        for part, words in zip(velocity, _WORDS, strict=True)
        if part
    ]
    text = f'{what}: {" and ".join(words)}' if words else what
    return Activity(
        ActionType.SPECIAL if special else kind, source, f'{text}, special' if special else text
    )
