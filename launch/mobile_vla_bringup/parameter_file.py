# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""A ROS parameter file, read for the defaults of launch arguments."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

from mobile_vla_core.errors import ConfigError

_EVERY_NODE = ('**', '*')


def parameters_of(path: Path, node: str) -> dict[str, Any]:
    """
    Return the parameters that a file has for a node, whatever the node's namespace.

    :param node: name without namespace
    :raises ConfigError: if the file is absent, or is not one of parameters
    """
    try:
        content = yaml.safe_load(path.read_text())
    except (OSError, yaml.YAMLError, UnicodeDecodeError) as error:
        raise ConfigError(f'the file of parameters {path} cannot be read: {error}') from error
    if content is not None and not isinstance(content, dict):
        raise ConfigError(f'{path}: found {type(content).__name__}, expected nodes by name')
    found: dict[str, Any] = {}
    # What is said of one node counts more than what is said of all.
    for name, section in sorted(
        (content or {}).items(), key=lambda item: not _is_for_all(item[0])
    ):
        if not isinstance(section, dict) or not isinstance(section.get('ros__parameters'), dict):
            raise ConfigError(f'{path}: {name} has no ros__parameters')
        if _is_for_all(name) or name.rpartition('/')[2] == node:
            found.update(section['ros__parameters'])
    return found


def _is_for_all(name: str) -> bool:
    return name.rpartition('/')[2] in _EVERY_NODE
