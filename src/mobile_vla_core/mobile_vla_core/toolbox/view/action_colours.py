# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""One colour per velocity and per action type, told apart by colour-blind eyes too."""

from __future__ import annotations

from ...action_space import ActionType

INK, GREY = '#22313f', '#8d99a6'
VELOCITY_COLOURS = ('#1f6fb4', '#e07b00', '#1b9e77')
TYPE_COLOURS = {
    ActionType.MOVEMENT: '#56a3d9',
    ActionType.ROTATION: '#8e6bbf',
    ActionType.STOP: '#b8c0c8',
    ActionType.SPECIAL: '#d94f70',
}
UNKNOWN_TYPE = '#000000'


def type_colour(action_type: float) -> str:
    """Return the colour of an action type; black for one that does not exist."""
    return TYPE_COLOURS.get(action_type, UNKNOWN_TYPE)


def type_name(action_type: float) -> str:
    """Return the name of an action type, or its number when it does not exist."""
    known = action_type in TYPE_COLOURS
    return ActionType(int(action_type)).name.lower() if known else f'type {action_type:g}'
