# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""The launch files: what each may be given. No launch library is needed for that."""

from __future__ import annotations

import ast
from pathlib import Path
import runpy
import sys
from typing import Any

from .pages import ROOT

FOLDER = ROOT / 'launch'
_FILE = 'LAUNCH_FILE'


def launch_files() -> list[Path]:
    """Return the launch files that a person starts."""
    return [path for path in sorted(FOLDER.glob('*.launch.py')) if _FILE in path.read_text()]


def arguments_of(path: Path) -> list[Any]:
    """Return the `mobile_vla_bringup.argument.Argument`s of a launch file, in its order."""
    sys.path.insert(0, str(FOLDER))
    try:
        return list(runpy.run_path(str(path))[_FILE].arguments)
    finally:
        sys.path.remove(str(FOLDER))


def about(path: Path) -> str:
    """Return the sentence that a launch file begins with."""
    return ' '.join(ast.get_docstring(ast.parse(path.read_text())).split())
