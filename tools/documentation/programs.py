# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""The installed programs and the parameters of the nodes among them."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from dataclasses import dataclass
from importlib import import_module
from importlib.metadata import entry_points
import io
import sys
from typing import Any

from mobile_vla_core.node_arguments import ParameterList

PACKAGES = ('core', 'recorder', 'train', 'policy', 'sim')
NODES = {
    ('mobile_vla_recorder', 'recorder'): ('parameters', 'read_parameters'),
    ('mobile_vla_recorder', 'teleop'): ('teleop.parameters', 'read_parameters'),
    ('mobile_vla_policy', 'policy'): ('parameters', 'declare_parameters'),
    ('mobile_vla_policy', 'guard'): ('guard.parameters', 'declare_parameters'),
    ('mobile_vla_sim', 'sim'): ('parameters', 'read_parameters'),
}
"""Package and executable -> module and function that declares the parameters."""
EVERY_NODE = {'use_sim_time': False}
_KINDS = {bool: 'bool', int: 'int', float: 'float', str: 'string'}


@dataclass(frozen=True)
class Parameter:
    """One parameter as the node declares it."""

    name: str
    kind: str
    default: Any
    description: str
    low: float | None
    high: float | None
    read_only: bool


class _Declarations(ParameterList):
    """Keeps also what a descriptor says of type and range."""

    def __init__(self) -> None:
        super().__init__()
        self.declared: list[Parameter] = []

    def declare_parameter(self, name: str, value: Any, descriptor: Any) -> Any:
        result = super().declare_parameter(name, value, descriptor)
        ranges = [*descriptor.floating_point_range, *descriptor.integer_range]
        kind = _KINDS.get(type(value), 'string list')
        low, high = (ranges[0].from_value, ranges[0].to_value) if ranges else (None, None)
        default = result.value if kind != 'string list' else []
        self.declared.append(
            Parameter(name, kind, default, descriptor.description, low, high, descriptor.read_only)
        )
        return result


def parameters_of(package: str, executable: str) -> list[Parameter]:
    """Return what a node declares, in its order."""
    module, function = NODES[package, executable]
    declarations = _Declarations()
    getattr(import_module(f'{package}.{module}'), function)(declarations)
    return declarations.declared


def executables() -> dict[tuple[str, str], str]:
    """Return package and executable of every installed program, and its `module:function`."""
    found = {}
    for point in entry_points(group='console_scripts'):
        package = point.value.partition('.')[0]
        if package.removeprefix('mobile_vla_') in PACKAGES:
            found[package, point.name] = point.value
    return found


class _Parsed(BaseException):
    """The arguments were accepted; nothing shall run."""


def refusal_of_module(target: str, arguments: Sequence[str]) -> str:
    """
    Let a program read its arguments, and do nothing else.

    :param target: `module:function`, or a module whose function is main
    :return: why it refused them, '' when it did not
    """
    module, _, function = target.partition(':')
    heard = io.StringIO()
    main = getattr(import_module(module), function or 'main')
    given, sys.argv = sys.argv, [module.rpartition('.')[2], *arguments]
    with redirect_stderr(heard), redirect_stdout(io.StringIO()), _stop_after_parsing():
        try:
            main()
        except _Parsed as parsed:
            return _refused_overrides(module, parsed.args[0])
        except SystemExit as end:
            return '' if not end.code else heard.getvalue().strip().splitlines()[-1]
        finally:
            sys.argv = given
    return f'{target} did not read its arguments with argparse'


@contextmanager
def _stop_after_parsing() -> Iterator[None]:
    def stop(method: Callable) -> Callable:
        def parse(self, *given: Any, **options: Any) -> None:
            raise _Parsed(method(self, *given, **options))

        return parse

    parser = argparse.ArgumentParser
    # parse_intermixed_args calls neither parse_args nor itself.
    originals = {name: getattr(parser, name) for name in ('parse_args', 'parse_intermixed_args')}
    for name, method in originals.items():
        setattr(parser, name, stop(method))
    try:
        yield
    finally:
        for name, method in originals.items():
            setattr(parser, name, method)


def _refused_overrides(module: str, values: argparse.Namespace) -> str:
    """Return why `train` refuses its configuration; other programs have none."""
    if module != 'mobile_vla_train.train':
        return ''
    from mobile_vla_core.errors import ConfigError
    from mobile_vla_train.config_file import load_config, shipped_configs

    source = values.config if values.config in shipped_configs() else 'nano'
    try:
        load_config(source, values.overrides)
    except ConfigError as error:
        return str(error)
    return ''


def train_keys() -> Iterator[str]:
    """Yield every key of the training configuration."""
    from mobile_vla_train.config_file import config_keys

    yield from config_keys()
