# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""Declare a ROS parameter with a description, a range and a plain refusal."""

from __future__ import annotations

from typing import Any

from rcl_interfaces.msg import FloatingPointRange, IntegerRange, ParameterDescriptor
from rclpy.exceptions import ParameterException
from rclpy.node import Node

from mobile_vla_core.errors import ConfigError


def declare_read_only(
    node: Node,
    name: str,
    default: Any,
    description: str,
    low: float | None = None,
    high: float | None = None,
) -> Any:
    """
    Declare a parameter that is fixed at start, and return its value.

    :param low: least allowed value of a number
    :param high: greatest allowed value
    :raises ConfigError: if the value given at start is of another type or out of range
    """
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
