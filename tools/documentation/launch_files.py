# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""The launch files: what each may be given. They are read, so no launch library is needed."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from pathlib import Path

from .pages import ROOT

FOLDER = ROOT / 'launch'
REQUIRED = None


@dataclass(frozen=True)
class Argument:
    """One argument of a launch file."""

    name: str
    default: str | None
    """None when it must be given."""
    choices: tuple[str, ...]
    description: str


def launch_files() -> list[Path]:
    """Return the launch files that a person starts."""
    return [path for path in sorted(FOLDER.glob('*.launch.py')) if arguments_of(path)]


def arguments_of(path: Path) -> list[Argument]:
    """Return the arguments that a launch file declares, in its order."""
    calls = [node for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Call)]
    declared = [call for call in calls if _name(call.func) == 'DeclareLaunchArgument']
    return [_argument(call) for call in sorted(declared, key=lambda call: call.lineno)]


def _argument(call: ast.Call) -> Argument:
    given = {keyword.arg: keyword.value for keyword in call.keywords}
    choices = given.get('choices')
    return Argument(
        ast.literal_eval(call.args[0]),
        _default(given.get('default_value')),
        tuple(ast.literal_eval(choices)) if choices is not None else (),
        ast.literal_eval(given['description']),
    )


def _default(value: ast.expr | None) -> str | None:
    if value is None:
        return None
    if isinstance(value, ast.Constant):
        return value.value
    parts = [node.value for node in ast.walk(value) if isinstance(node, ast.Constant)]
    return '/'.join(str(part) for part in parts)  # a path below the share folder


def _name(function: ast.expr) -> str:
    return function.attr if isinstance(function, ast.Attribute) else getattr(function, 'id', '')
