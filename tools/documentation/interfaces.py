# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""Messages, services and actions that a command names, and the values that it gives them."""

from __future__ import annotations

from importlib import import_module
from typing import Any

import yaml

OURS = 'mobile_vla_msgs'


def interface(name: str) -> type | None:
    """Return the class of a type such as `std_srvs/srv/Trigger`, None when there is none."""
    try:
        package, kind, title = name.split('/')
        return getattr(import_module(f'{package}.{kind}'), title, None)
    except (ImportError, ValueError):
        return None


def refused_values(kind: type, text: str) -> str:
    """Return why YAML such as `{instruction: 'go'}` does not fit a type, '' when it does."""
    try:
        values = yaml.safe_load(text) or {}
    except yaml.YAMLError as error:
        return f'{text!r} is not YAML: {error}'
    if not isinstance(values, dict):
        return f'{text!r} is not a mapping of fields'
    return _refused(kind(), values)


def _refused(message: Any, values: dict[str, Any]) -> str:
    known = message.get_fields_and_field_types()
    for field, value in values.items():
        if field not in known:
            return f'{type(message).__name__} has no field {field}: it has {", ".join(known)}'
        inner = getattr(message, field)
        if isinstance(value, dict):
            if refusal := _refused(inner, value):
                return refusal
            continue
        fits = isinstance(value, (int, float)) if isinstance(inner, float) else None
        if not (isinstance(value, type(inner)) if fits is None else fits):
            return f'{field} is {value!r}, expected a value of {known[field]}'
    return ''
