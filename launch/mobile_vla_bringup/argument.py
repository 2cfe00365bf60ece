# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""An argument of a launch file: described, with a default and choices."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
import difflib
from typing import Any

import yaml

from mobile_vla_core.errors import ConfigError

TRUTH = ('true', 'false')


@dataclass(frozen=True)
class Default:
    """
    A default that depends on the arguments before it.

    :param text: what `--show-args` says of it
    :param of: returns it, given the values of those arguments
    """

    text: str
    of: Callable[[Mapping[str, str]], str]


@dataclass(frozen=True)
class Argument:
    """
    What can be said as `name:=value`.

    :param default: None when it must be given
    :param choices: the values that are allowed, any when empty
    :param kind: str, bool, int, float, or list for a list of texts
    """

    name: str
    description: str
    default: str | Default | None
    choices: tuple[str, ...] = ()
    kind: type = str

    def value(self, text: str) -> Any:
        """Return the value that a text stands for; ConfigError when it is of another kind."""
        if self.kind is str:
            return text
        try:
            value = yaml.safe_load(text)
        except yaml.YAMLError:
            value = None
        if self.kind is float and isinstance(value, int) and not isinstance(value, bool):
            value = float(value)
        if type(value) is not self.kind:
            raise ConfigError(
                f'argument {self.name}: found {text!r}, expected a value of type '
                f'{self.kind.__name__}'
            )
        return value


def switch(name: str, description: str, default: bool) -> Argument:
    """Return an argument that is true or false."""
    return Argument(name, description, as_text(default), TRUTH, bool)


def as_text(value: Any) -> str:
    """Return how a value is written as an argument."""
    return str(value).lower() if isinstance(value, bool) else str(value)


def resolve(arguments: Sequence[Argument], given: Mapping[str, str]) -> dict[str, str]:
    """
    Return the text of every argument, as launch does.

    :raises ConfigError: if one that is needed is not given, or is none of its choices
    """
    texts = dict(given)
    for argument in arguments:
        default = argument.default
        if argument.name not in texts and default is None:
            raise ConfigError(f'argument {argument.name} is needed: {argument.description}')
        if argument.name not in texts:
            texts[argument.name] = default.of(texts) if isinstance(default, Default) else default
        if argument.choices and texts[argument.name] not in argument.choices:
            known = ', '.join(argument.choices)
            found = texts[argument.name]
            raise ConfigError(
                f'argument {argument.name}: found {found!r}, expected one of {known}'
            )
    return texts


def values(arguments: Sequence[Argument], texts: Mapping[str, str]) -> dict[str, Any]:
    """Return the value of every argument; ConfigError naming the one that is of another kind."""
    return {argument.name: argument.value(texts[argument.name]) for argument in arguments}


def mistyped_arguments(arguments: Sequence[Argument], given: Sequence[str]) -> list[str]:
    """
    Return a warning for each name that is nearly that of an argument.

    Names that are near none may be meant for a launch file that includes this one.
    """
    known = [argument.name for argument in arguments]
    near = {name: difflib.get_close_matches(name, known, n=1) for name in given}
    return [
        f'argument {name!r} is unknown and ignored: did you mean {found[0]!r}?'
        for name, found in near.items()
        if found and name not in known
    ]
