# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""Command lines of programs that `ros2 run` may start, but that are no nodes."""

from __future__ import annotations

from collections.abc import Sequence


def without_ros(arguments: Sequence[str]) -> list[str]:
    """Drop what `ros2 run` and `ros2 launch` append: `--ros-args …` up to `--` or the end."""
    kept, dropping = [], False
    for argument in arguments:
        if dropping:
            dropping = argument != '--'
        elif argument == '--ros-args':
            dropping = True
        else:
            kept.append(argument)
    return kept
