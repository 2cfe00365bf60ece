# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""Which axis and which button does what, for the joysticks that are common."""

from __future__ import annotations

from dataclasses import dataclass

from mobile_vla_core.errors import ConfigError

UNUSED = -1
"""Number of an axis or a button that the joystick does not have."""


@dataclass(frozen=True)
class JoystickLayout:
    """Numbers of axes and buttons in `sensor_msgs/Joy`, counted from 0; -1 for none."""

    axis_x: int = 1
    axis_y: int = 0
    axis_turn: int = 3
    button_dead_man: int = 4
    button_turbo: int = 5
    button_special: int = 3
    button_start: int = 7
    button_save: int = 0
    button_failure: int = 1
    button_discard: int = 2
    button_undo: int = 6


DEFAULT_LAYOUT = 'xbox'
LAYOUTS = {
    # A, B, X, Y, left and right shoulder, back, start; with joy_node.
    'xbox': JoystickLayout(),
    # Cross, circle, triangle, square, L1, R1, L2, R2, share, options; with joy_node.
    'playstation': JoystickLayout(
        button_special=2, button_start=9, button_discard=3, button_undo=8
    ),
    # Any gamepad that SDL knows, with game_controller_node.
    'game_controller': JoystickLayout(
        axis_turn=2, button_dead_man=9, button_turbo=10, button_start=6, button_undo=4
    ),
    # Stick that twists, with its trigger as the dead-man button; with joy_node.
    'flight_stick': JoystickLayout(
        axis_turn=2,
        button_dead_man=0,
        button_turbo=1,
        button_special=UNUSED,
        button_start=2,
        button_save=3,
        button_failure=4,
        button_discard=5,
        button_undo=UNUSED,
    ),
}


def joystick_layout(name: str) -> JoystickLayout:
    """
    Return the layout of that name.

    :raises ConfigError: if there is none
    """
    if name not in LAYOUTS:
        raise ConfigError(
            f'there is no joystick_layout {name!r}: expected one of {", ".join(LAYOUTS)}; set '
            f'joystick_axis_x, joystick_button_dead_man and so on for any other joystick'
        )
    return LAYOUTS[name]
