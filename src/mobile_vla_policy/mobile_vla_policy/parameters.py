# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""Parameters of the policy node: declared here and nowhere else."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields

from rcl_interfaces.msg import FloatingPointRange, IntegerRange, ParameterDescriptor
from rclpy.exceptions import ParameterException
from rclpy.node import Node
from rclpy.parameter import Parameter

from mobile_vla_core.errors import ConfigError, InstructionError
from mobile_vla_core.instruction import check_instruction


@dataclass(frozen=True)
class PolicyParameters:
    """Values read when the node is configured."""

    checkpoint: str
    instruction: str
    device: str
    threads: int
    rate: float
    status_rate: float
    image_topic: str
    compressed: bool
    cmd_vel_topic: str
    stamped: bool
    frame_id: str
    max_image_age: float
    max_chunk_age: float
    autostart: bool


def declare_parameters(node: Node) -> None:
    """
    Declare every parameter with its type, default, description and range.

    :raises ConfigError: if a value given at start is of another type or out of range
    """
    for name, default, description, *bounds in (
        ('checkpoint', '', 'Checkpoint directory written by mobile_vla_train.'),
        ('instruction', '', 'What to do, in words; setting it clears the history.'),
        ('device', 'cpu', 'Torch device of the inference worker: cpu or cuda[:N].'),
        ('threads', 1, 'Threads of the inference worker.', 1, 64),
        ('rate', 20.0, 'Rate of the commands [Hz].', 1.0, 200.0),
        ('status_rate', 10.0, 'Lowest rate of ~/status while active [Hz].', 0.1, 200.0),
        ('image_topic', 'camera/image_raw', 'Camera images.'),
        ('compressed', False, 'The image topic carries sensor_msgs/CompressedImage.'),
        ('cmd_vel_topic', 'cmd_vel', 'Velocity commands to the base.'),
        ('stamped', False, 'Publish TwistStamped instead of Twist.'),
        ('frame_id', 'base_link', 'Frame of the velocity in a TwistStamped.'),
        ('max_image_age', 0.5, 'Oldest image that may be driven on [s].', 0.05, 10.0),
        ('max_chunk_age', 0.5, 'Oldest image behind a prediction in use [s].', 0.05, 10.0),
        ('autostart', False, 'Configure and activate at start, or exit with an error.'),
    ):
        try:
            node.declare_parameter(name, default, _descriptor(description, *bounds))
        except ParameterException as error:
            kind = type(default).__name__
            raise ConfigError(
                f'{error} (expected a value of type {kind}, such as {default!r})'
            ) from error


def read_parameters(node: Node) -> PolicyParameters:
    """Read all parameters into one immutable value."""
    names = [field.name for field in fields(PolicyParameters)]
    return PolicyParameters(**{name: node.get_parameter(name).value for name in names})


def refuse(parameters: Sequence[Parameter], configured: bool) -> str | None:
    """
    Say why a change cannot be made, None when it can.

    :param configured: the node runs on the values read at configure
    """
    fixed = {field.name for field in fields(PolicyParameters)} - {'instruction'}
    for parameter in parameters:
        if configured and parameter.name in fixed:
            return f'{parameter.name} is read at configure: clean the node up before changing it'
        if parameter.name == 'instruction' and parameter.value:
            try:
                check_instruction(parameter.value)
            except InstructionError as error:
                return str(error)
    return None


def _descriptor(description, low=None, high=None):
    descriptor = ParameterDescriptor(description=description)
    if isinstance(low, float):
        descriptor.floating_point_range = [FloatingPointRange(from_value=low, to_value=high)]
    elif isinstance(low, int):
        descriptor.integer_range = [IntegerRange(from_value=low, to_value=high)]
    return descriptor
