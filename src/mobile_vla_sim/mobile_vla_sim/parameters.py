# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""Parameters of the simulator node: declared here and nowhere else."""

from __future__ import annotations

from dataclasses import dataclass

from rcl_interfaces.msg import FloatingPointRange, IntegerRange, ParameterDescriptor
from rclpy.exceptions import ParameterException
from rclpy.node import Node

from mobile_vla_core.errors import ConfigError

MODES = ('real_time', 'lock_step')


@dataclass(frozen=True)
class SimParameters:
    """Values read once, at start."""

    mode: str
    camera_rate: float
    width: int
    height: int
    renderer: str
    stamped: bool
    command_timeout: float
    scenario: str
    seed: int
    disturbance: float


def read_parameters(node: Node) -> SimParameters:
    """
    Declare every parameter, all read-only, and read them into one value.

    :raises ConfigError: if a value given at start is of another type or out of range
    """

    def declare(name, default, description, low=None, high=None):
        descriptor = ParameterDescriptor(description=description, read_only=True)
        if low is not None and isinstance(default, float):
            descriptor.floating_point_range = [FloatingPointRange(from_value=low, to_value=high)]
        elif low is not None:
            descriptor.integer_range = [IntegerRange(from_value=low, to_value=high)]
        try:
            return node.declare_parameter(name, default, descriptor).value
        except ParameterException as error:
            kind = type(default).__name__
            raise ConfigError(
                f'{error} (expected a value of type {kind}, such as {default!r})'
            ) from error

    return SimParameters(
        mode=declare(
            'mode',
            'real_time',
            'real_time follows the wall clock; lock_step publishes /clock and waits after each '
            'picture for the command that answers it.',
        ),
        camera_rate=declare('camera_rate', 10.0, 'Pictures per second [Hz].', 1.0, 100.0),
        width=declare('width', 160, 'Width of the picture [pixels].', 8, 4096),
        height=declare('height', 90, 'Height of the picture [pixels].', 8, 4096),
        renderer=declare(
            'renderer', 'ray', 'ray casts rays on the CPU; egl uses OpenGL, for large pictures.'
        ),
        stamped=declare('stamped', False, 'Commands are TwistStamped; else Twist.'),
        command_timeout=declare(
            'command_timeout', 0.5, 'The base stops without a command for so long [s].', 0.05, 10.0
        ),
        scenario=declare('scenario', '1box_vert_left', 'Scenario before the first reset.'),
        seed=declare('seed', 0, 'Seed before the first reset.'),
        disturbance=declare(
            'disturbance', 0.0, 'Disturbance before the first reset; 1: training.', 0.0, 10.0
        ),
    )
