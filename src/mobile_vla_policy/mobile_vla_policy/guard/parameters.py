# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""Parameters of the guard: declared here and nowhere else."""

from __future__ import annotations

from dataclasses import dataclass, fields

from rclpy.node import Node

from mobile_vla_core.safety import VelocityLimits

from ..parameter import declare, parameter


@dataclass(frozen=True)
class GuardParameters:
    """Values read once, at start."""

    input_topic: str = parameter('cmd_vel_policy', 'Commands of the policy node.')
    cmd_vel_topic: str = parameter('cmd_vel', 'Velocity commands to the base.')
    stamped: bool = parameter(False, 'Both topics carry TwistStamped instead of Twist.')
    frame_id: str = parameter('base_link', 'Frame of the velocity in a TwistStamped.')
    timeout: float = parameter(
        0.15, 'Longest time between two commands; after it comes zero [s].', 0.02, 5.0
    )
    rate: float = parameter(50.0, 'Rate of looking, and of zeros while stopped [Hz].', 5.0, 500.0)
    max_linear_x: float = parameter(1.5, 'Largest speed ahead and back [m/s].', 0.0, 100.0)
    max_linear_y: float = parameter(1.5, 'Largest speed sideways [m/s].', 0.0, 100.0)
    max_angular_z: float = parameter(2.0, 'Largest turning speed [rad/s].', 0.0, 100.0)

    @property
    def limits(self) -> VelocityLimits:
        """The largest velocities to both sides."""
        high = (self.max_linear_x, self.max_linear_y, self.max_angular_z)
        return VelocityLimits(low=tuple(-value for value in high), high=high)


def declare_parameters(node: Node) -> None:
    """
    Declare every parameter, all read-only.

    :raises ConfigError: if a value given at start is of another type or out of range
    """
    declare(node, fields(GuardParameters), read_only=True)


def read_parameters(node: Node) -> GuardParameters:
    """Read all parameters into one immutable value."""
    names = [item.name for item in fields(GuardParameters)]
    return GuardParameters(**{name: node.get_parameter(name).value for name in names})
