# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""Parameters of a node as arguments of a launch file: name, description and default stand once."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from mobile_vla_core.errors import ConfigError
from mobile_vla_core.node_arguments import ParameterList

from .argument import Argument, as_text, Default, TRUTH
from .parameter_file import parameters_of

PARAMS_FILE = 'params_file'
"""The argument that names the file of parameters; it comes before all of these."""
LAUNCH_SECTION = 'launch'
"""Name of the section for arguments that are parameters of no node."""


def node_arguments(
    node: str,
    declare: Callable[[Any], Any],
    *names: str,
    choices: Mapping[str, tuple[str, ...]] | None = None,
) -> tuple[Argument, ...]:
    """
    Return parameters as arguments; their defaults are those of the parameter file, if it has any.

    :param node: name of the node, a section of the parameter file
    :param declare: declares the node's parameters
    :param names: of parameters, all when there are none
    :param choices: values allowed, by name of a parameter
    """
    listed = ParameterList()
    declare(listed)
    declared = {parameter.name: parameter for parameter in listed.parameters}
    unknown = sorted({*names, *(choices or {})} - set(declared))
    if unknown:
        raise ConfigError(f'node {node} has no parameter {unknown[0]}')
    return tuple(
        _argument(node, declared[name], (choices or {}).get(name, ()))
        for name in names or declared
    )


def file_argument(name: str, description: str, default: str, kind: type = str) -> Argument:
    """Return an argument that is a parameter of no node; the parameter file may have it too."""
    choices = TRUTH if kind is bool else ()
    return Argument(name, description, file_default(LAUNCH_SECTION, name, default), choices, kind)


def file_default(node: str, name: str, default: str) -> Default:
    """Return the default that the parameter file has for a parameter, else another."""

    def of(given: Mapping[str, str]) -> str:
        found = parameters_of(Path(given[PARAMS_FILE]), node)
        return as_text(found[name]) if name in found else default

    return Default(f"that of {PARAMS_FILE}, else '{default}'", of)


def _argument(node: str, parameter: Any, choices: tuple[str, ...]) -> Argument:
    kind = list if parameter.value is None else type(parameter.value)
    text = '[]' if parameter.value is None else as_text(parameter.value)
    if kind is bool:
        choices = TRUTH
    default = file_default(node, parameter.name, text)
    return Argument(parameter.name, parameter.description, default, choices, kind)
