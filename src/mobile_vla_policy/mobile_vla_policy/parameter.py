# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""A parameter as a field of a dataclass: its default, description and range stand once."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import Field, field
from typing import Any

from rcl_interfaces.msg import FloatingPointRange, IntegerRange, ParameterDescriptor
from rclpy.exceptions import ParameterException
from rclpy.node import Node

from mobile_vla_core.errors import ConfigError


def parameter(default: Any, description: str, low: Any = None, high: Any = None) -> Any:
    """
    Describe a parameter as a field of its group; the field's name is the parameter's.

    :param low: smallest value, None when any will do
    """
    return field(default=default, metadata={'description': description, 'range': (low, high)})


def declare(node: Node, items: Iterable[Field], *, read_only: bool = False) -> None:
    """
    Declare parameters that are described by fields, see `parameter`.

    :raises ConfigError: if a value given at start is of another type or out of range
    """
    for item in items:
        try:
            node.declare_parameter(item.name, item.default, _descriptor(item, read_only))
        except ParameterException as error:
            kind = type(item.default).__name__
            raise ConfigError(
                f'{error} (expected a value of type {kind}, such as {item.default!r})'
            ) from error


def _descriptor(item: Field, read_only: bool = False) -> ParameterDescriptor:
    low, high = item.metadata['range']
    descriptor = ParameterDescriptor(description=item.metadata['description'], read_only=read_only)
    if isinstance(low, float):
        descriptor.floating_point_range = [FloatingPointRange(from_value=low, to_value=high)]
    elif isinstance(low, int):
        descriptor.integer_range = [IntegerRange(from_value=low, to_value=high)]
    return descriptor
