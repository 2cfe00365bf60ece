# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""What a node's command line may say: its usage, and what is mistyped."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
import difflib
import sys
from typing import Any

HELP = ('-h', '--help')
_OF_ROS = ('qos_overrides.',)
"""Beginnings of parameters that ROS declares only when it needs them."""


@dataclass(frozen=True)
class _Parameter:
    name: str
    value: Any
    description: str


class ParameterList:
    """Takes declarations as a node does, and keeps them instead: for a usage without a node."""

    def __init__(self) -> None:
        self.parameters: list[_Parameter] = []

    def declare_parameter(self, name: str, value: Any, descriptor: Any) -> _Parameter:
        """
        Keep a declaration and return it; its value is the default.

        :param value: the default, or the kind of a parameter without one
        :param descriptor: an rcl_interfaces/ParameterDescriptor
        """
        kind = hasattr(value, 'value')  # an rclpy.Parameter.Type
        declared = _Parameter(name, None if kind else value, descriptor.description)
        self.parameters.append(declared)
        return declared


def answer_arguments(
    program: str, about: str, given: Sequence[str], declare: Callable[[ParameterList], Any]
) -> int | None:
    """
    Answer --help, and refuse what is no argument of ROS.

    :param given: the command line without the program and without the arguments of ROS
    :param declare: declares the node's parameters
    :return: the exit status, None when the node is to start
    """
    if any(argument in HELP for argument in given):
        with suppress(BrokenPipeError):  # `| head` has seen enough
            print(usage(program, about, declare), flush=True)
        return 0
    if given:
        print(
            f'{program}: unknown argument {given[0]!r}: parameters are given as '
            f'--ros-args -p name:=value; --help lists them',
            file=sys.stderr,
        )
        return 2
    return None


def usage(program: str, about: str, declare: Callable[[ParameterList], Any]) -> str:
    """Return what --help prints: every parameter with its default and what it does."""
    listed = ParameterList()
    declare(listed)
    lines = [
        f'usage: {program} [--help]',
        f'       {program} --ros-args [-p name:=value …] [--params-file FILE] [-r from:=to …]',
        '',
        about,
        '',
        'parameters:',
    ]
    for parameter in listed.parameters:
        lines += [
            f'  {parameter.name}: {_default(parameter.value)}',
            f'      {parameter.description}',
        ]
    return '\n'.join(lines)


def mistyped_parameters(given: Iterable[str], declared: Iterable[str]) -> list[str]:
    """
    Return a sentence for each parameter that was given and that nobody declared.

    :param given: names on the command line and in files of parameters
    :param declared: names that the node has
    """
    known = sorted(declared)
    unknown = [name for name in given if name not in known and not name.startswith(_OF_ROS)]
    return [
        f'parameter {name!r} is unknown and ignored{_nearest(name, known)}' for name in unknown
    ]


def warn_of_mistyped_parameters(node: Any) -> list[str]:
    """Warn of each parameter that was given to a node and not declared; return the warnings."""
    given = getattr(node, '_parameter_overrides', {})  # rclpy has no public way to them
    found = mistyped_parameters(given, node.get_parameters_by_prefix(''))
    for sentence in found:
        node.get_logger().warning(sentence)
    return found


def _nearest(name: str, known: Sequence[str]) -> str:
    found = difflib.get_close_matches(name, known, n=1)
    return f': did you mean {found[0]!r}?' if found else '; --help lists those that there are'


def _default(value: Any) -> str:
    if value is None or value == '':
        return '(empty)'
    return str(value).lower() if isinstance(value, bool) else str(value)
