# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""The pictures that are drawn by a program."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from . import architecture_picture, episode_picture
from .drawing import Drawing
from .pages import ROOT

FOLDER = ROOT / 'docs' / 'pictures'
PICTURES: dict[str, Callable[[], Drawing]] = {
    'architecture.svg': architecture_picture.draw,
    'episode.svg': episode_picture.draw,
}


def draw_all(folder: Path = FOLDER) -> list[Path]:
    """Write every picture into a folder and return the paths."""
    return [draw().save(folder / name) for name, draw in PICTURES.items()]
