# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""Read a configuration: a YAML or JSON file, then what the command line overrides."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import fields, is_dataclass
import difflib
import json
from pathlib import Path
from typing import Any, get_args, get_origin, get_type_hints, Literal

import yaml

from mobile_vla_core.errors import ConfigError

from .config import TrainConfig

CONFIGS = Path(__file__).with_name('configs')


def config_keys(kind: type = TrainConfig, prefix: str = '') -> list[str]:
    """Return every key as it is written in an override, such as 'schedule.steps'."""
    types = get_type_hints(kind)
    keys = []
    for entry in fields(kind):
        inner, name = types[entry.name], f'{prefix}{entry.name}'
        keys += config_keys(inner, f'{name}.') if is_dataclass(inner) else [name]
    return keys


def load_config(source: str, overrides: Sequence[str] = ()) -> TrainConfig:
    """
    Read a configuration.

    :param source: name of a shipped configuration such as 'nano', or a path of a YAML or JSON file
    :param overrides: `section.key=value`, the value in YAML
    :raises ConfigError: if the file or a key is unknown, or a value has the wrong type
    """
    values = _read(source)
    for override in overrides:
        key, separator, text = override.partition('=')
        if not separator or not key:
            raise ConfigError(
                f'"{override}" is not an override: expected key=value, '
                f'such as optimiser.learning_rate=1e-3'
            )
        _assign(values, key.split('.'), _parse(text, key), key)
    return _build(TrainConfig, values, '')


def shipped_configs() -> list[str]:
    """Return the names of the configurations that come with the package."""
    return sorted(path.stem for path in CONFIGS.glob('*.yaml'))


def _read(source: str) -> dict[str, Any]:
    shipped = shipped_configs()
    path = CONFIGS / f'{source}.yaml' if source in shipped else Path(source)
    is_json = path.suffix.lower() == '.json'
    try:
        text = path.read_text(encoding='utf-8')
        values = json.loads(text) if is_json else yaml.safe_load(text)
    except OSError as error:
        raise ConfigError(
            f'configuration "{source}" is neither a readable file nor one of {", ".join(shipped)}'
        ) from error
    except (ValueError, yaml.YAMLError) as error:
        kind = 'JSON' if is_json else 'YAML'
        raise ConfigError(f'{path} is not {kind}: {" ".join(str(error).split())}') from error
    if values is not None and not isinstance(values, dict):
        raise ConfigError(f'{path}: expected sections with keys, found {type(values).__name__}')
    return values or {}


def _parse(text: str, key: str) -> Any:
    try:
        return yaml.safe_load(text)
    except yaml.YAMLError as error:
        raise ConfigError(f'{key}: {text!r} is not a YAML value') from error


def _assign(values: dict[str, Any], path: list[str], value: Any, key: str) -> None:
    for name in path[:-1]:
        values = values.setdefault(name, {})
        if not isinstance(values, dict):
            raise ConfigError(f'{key}: "{name}" is a value and has no keys of its own')
    values[path[-1]] = value


def _build(kind: type, values: Any, prefix: str) -> Any:
    if not isinstance(values, Mapping):
        raise ConfigError(f'{prefix.rstrip(".")} is a section with keys of its own')
    types = get_type_hints(kind)
    names = [entry.name for entry in fields(kind)]
    arguments = {}
    for name, value in values.items():
        if name not in names:
            raise ConfigError(
                f'unknown configuration key "{prefix}{name}": did you mean '
                f'"{_nearest_key(prefix, str(name))}"? All keys are in train --help'
            )
        expected = types[name]
        if is_dataclass(expected):
            arguments[name] = _build(expected, value, f'{prefix}{name}.')
        else:
            arguments[name] = _convert(value, expected, f'{prefix}{name}')
    return kind(**arguments)


def _nearest_key(prefix: str, name: str) -> str:
    """Guess what was meant: a key of that name in any section, else the most similar one."""
    keys = config_keys()
    sections = sorted({key.rsplit('.', 1)[0] for key in keys if '.' in key})
    same_name = [key for key in keys if key.rsplit('.', 1)[-1] == name]
    near = same_name or difflib.get_close_matches(f'{prefix}{name}', keys + sections, n=1)
    return near[0] if near else difflib.get_close_matches(name, keys, n=1, cutoff=0.0)[0]


def _convert(value: Any, expected: Any, key: str) -> Any:
    """Accept a value of the field's type; YAML reads 1e-3 as text and 1 as an integer."""
    origin = get_origin(expected)
    if origin is Literal:
        choices = get_args(expected)
        if value in choices:
            return value
        raise ConfigError(f'{key} must be one of {", ".join(choices)}, found {value!r}')
    if origin is tuple:
        return _convert_list(value, get_args(expected)[0], key)
    if expected is float and not isinstance(value, bool):
        try:
            return float(value)
        except (TypeError, ValueError):
            pass
    plain = expected if expected in (int, str, bool) else dict
    right = isinstance(value, plain) and (expected is bool or not isinstance(value, bool))
    if expected is not float and right:
        return value
    wanted = {int: 'a whole number', float: 'a number', str: 'text', bool: 'true or false'}
    raise ConfigError(f'{key} must be {wanted.get(expected, "a mapping")}, found {value!r}')


def _convert_list(value: Any, expected: Any, key: str) -> tuple[Any, ...]:
    if not isinstance(value, (list, tuple)):
        raise ConfigError(f'{key} must be a list such as [a, b], found {value!r}')
    return tuple(_convert(item, expected, f'{key}[{i}]') for i, item in enumerate(value))
