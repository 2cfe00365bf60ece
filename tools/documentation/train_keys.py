# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""The keys of the training configuration, with type, default, range and description."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass, fields, is_dataclass, replace
import inspect
from itertools import pairwise
from typing import Any, get_args, get_origin, get_type_hints, Literal

from mobile_vla_core.errors import ConfigError
from mobile_vla_train.config import TrainConfig

_SMALL = 1e-6
_LOWS = {int: (-1, 0, 1, 2), float: (-1.0, 0.0, _SMALL, 1.0)}
_HIGHS = (1e9, 1.0, 1.0 - _SMALL, 0.5)


@dataclass(frozen=True)
class Key:
    """One key, as it is written in an override."""

    name: str
    kind: str
    default: Any
    range: str
    description: str


def all_keys(section: Any = None, prefix: str = '') -> Iterator[Key]:
    """
    Yield the keys of a section of the configuration and of the sections in it.

    :param section: an instance with the default values; the whole configuration when None
    """
    section = TrainConfig() if section is None else section
    types, texts = get_type_hints(type(section)), descriptions(type(section))
    for entry in fields(section):
        value, kind = getattr(section, entry.name), types[entry.name]
        if is_dataclass(kind):
            yield from all_keys(value, f'{prefix}{entry.name}.')
        else:
            text = texts[entry.name]
            yield Key(
                prefix + entry.name, _kind(kind), value, _range(section, entry.name, kind), text
            )


def descriptions(kind: type) -> dict[str, str]:
    """Return the string that stands below each field of a dataclass."""
    (body,) = [node.body for node in ast.parse(inspect.getsource(kind)).body]
    found = {}
    for field, below in pairwise(body):
        if isinstance(field, ast.AnnAssign) and isinstance(below, ast.Expr):
            found[field.target.id] = ' '.join(ast.literal_eval(below.value).split())
    return found


def _kind(kind: Any) -> str:
    if get_origin(kind) is Literal:
        return 'choice'
    if get_origin(kind) is tuple:
        return f'list of {_kind(get_args(kind)[0])}'
    return {int: 'int', float: 'float', str: 'text', bool: 'bool'}.get(kind, 'mapping')


def _range(section: Any, name: str, kind: Any) -> str:
    """Find out which values are allowed, by asking for them: the rules stand in the sections."""
    if get_origin(kind) is Literal:
        return ', '.join(get_args(kind))
    if kind not in _LOWS:
        return ''
    low = next(value for value in _LOWS[kind] if _allows(section, name, value))
    words = {-1: '', 0: 'at least 0', 1: 'at least 1', 2: 'at least 2', _SMALL: 'above 0'}[low]
    if kind is int:
        return words
    high = next(value for value in _HIGHS if _allows(section, name, value))
    if high == _HIGHS[0]:
        return words
    below = {1.0: '1', 1.0 - _SMALL: 'below 1', 0.5: '0.5'}[high]
    return f'{"above 0" if low == _SMALL else "0"} to {below}'


def _allows(section: Any, name: str, value: Any) -> bool:
    try:
        replace(section, **{name: value})
    except ConfigError:
        return False
    return True
