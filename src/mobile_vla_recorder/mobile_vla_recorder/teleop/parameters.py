# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""Parameters of the teleop node: declared here and nowhere else."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, fields
from functools import partial
from typing import Any

from rclpy.node import Node

from ..declaration import declare_read_only
from .joystick import JoystickConfig
from .joystick_layouts import DEFAULT_LAYOUT, joystick_layout, JoystickLayout, LAYOUTS, UNUSED

_LAST_INPUT = 31


@dataclass(frozen=True)
class TeleopParameters:
    """Values read once, at start."""

    cmd_vel_topic: str
    stamped: bool
    frame_id: str
    rate: float
    linear_speed: float
    angular_speed: float
    sideways: bool
    release_timeout: float
    repeat_timeout: float
    recorder: str
    plan: str
    instruction: str
    scenario: str
    joystick: bool
    joystick_config: JoystickConfig


def read_parameters(node: Node) -> TeleopParameters:
    """
    Declare every parameter, all read-only, and read them into one value.

    :raises ConfigError: if a value given at start is of another type or out of range
    """
    declare = partial(declare_read_only, node)

    return TeleopParameters(
        cmd_vel_topic=declare('cmd_vel_topic', 'cmd_vel', 'Topic of the commands.'),
        stamped=declare('stamped', False, 'Commands are TwistStamped; else Twist.'),
        frame_id=declare('frame_id', 'base_link', 'Frame of a stamped command.'),
        rate=declare('rate', 20.0, 'Commands per second while driving [Hz].', 5.0, 100.0),
        linear_speed=declare('linear_speed', 0.4, 'Speed at 100 % [m/s].', 0.01, 5.0),
        angular_speed=declare('angular_speed', 0.8, 'Turning at 100 % [rad/s].', 0.01, 10.0),
        sideways=declare(
            'sideways', True, 'The base moves sideways; else A, D and the diagonals turn it.'
        ),
        release_timeout=declare(
            'release_timeout',
            0.75,
            'A key counts as held for at most so long before its first repeat [s].',
            0.05,
            2.0,
        ),
        repeat_timeout=declare(
            'repeat_timeout',
            0.2,
            'A key counts as held for so long after a repeat [s].',
            0.05,
            2.0,
        ),
        recorder=declare('recorder', 'recorder', 'Name of the recorder node.'),
        plan=declare(
            'plan', '', 'Collection plan: a YAML file, or the name of one that is shipped.'
        ),
        instruction=declare('instruction', '', 'What to say in each episode without a plan.'),
        scenario=declare('scenario', '', 'Name of the scenario without a plan.'),
        joystick=declare('joystick', False, 'Drive with sensor_msgs/Joy on the topic joy too.'),
        joystick_config=_read_joystick(declare),
    )


def _read_joystick(declare: Callable[..., Any]) -> JoystickConfig:
    name = declare(
        'joystick_layout', DEFAULT_LAYOUT, f'Which joystick it is: {", ".join(LAYOUTS)}.'
    )
    layout = joystick_layout(name)
    numbers = {
        entry.name: declare(
            f'joystick_{entry.name}',
            getattr(layout, entry.name),
            f'Joystick: number of {entry.name.replace("_", " ")}, {UNUSED} for none; '
            'the default is that of the layout.',
            UNUSED,
            _LAST_INPUT,
        )
        for entry in fields(JoystickLayout)
    }
    return JoystickConfig(
        JoystickLayout(**numbers),
        turbo=declare(
            'joystick_turbo', 2.0, 'Joystick: times the speed with the turbo button.', 0.1, 5.0
        ),
        dead_zone=declare(
            'joystick_dead_zone', 0.05, 'Joystick: a smaller deflection is none.', 0.0, 0.9
        ),
        timeout=declare(
            'joystick_timeout', 0.3, 'Joystick: silence after which it stops [s].', 0.05, 5.0
        ),
    )
