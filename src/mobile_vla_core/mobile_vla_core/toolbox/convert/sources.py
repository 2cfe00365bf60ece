# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""The recordings that are to be converted: episode files of any layout, and bags."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from ...episodes import schema
from ...episodes.layout import detect_layout, Layout
from ...errors import EpisodeError
from ..selection import SUFFIXES

BAG_SUFFIXES = ('.mcap', '.db3')
BAG_METADATA = 'metadata.yaml'
BAG = 'rosbag2'


def find_sources(paths: Iterable[Path]) -> list[Path]:
    """
    Return the recordings named, and those in the folders named; each once, in order.

    A folder with BAG_METADATA is a bag; of another, its episodes, its bags and the folders in it
    that are bags are meant.

    :raises EpisodeError: if a path does not exist, or nothing is left
    """
    found: dict[Path, None] = {}
    given = [Path(path).expanduser() for path in paths]
    for path in given:
        if not path.exists():
            raise EpisodeError(f'{path} does not exist: give a recording, or its folder')
        if path.is_dir() and not is_bag(path):
            inside = sorted(item for item in path.iterdir() if _is_source(item))
            found.update(dict.fromkeys(inside))
        else:
            found[path] = None
    if not found:
        names = ', '.join(map(str, given))
        expected = ', '.join(f'*{suffix}' for suffix in (*SUFFIXES, *BAG_SUFFIXES))
        raise EpisodeError(f'{names} holds no recording ({expected}, or a folder of a bag)')
    return list(found)


def is_bag(path: Path) -> bool:
    """Return whether a path is a rosbag2 recording: its folder, or one of its files."""
    if path.is_dir():
        return (path / BAG_METADATA).is_file()
    return path.suffix in BAG_SUFFIXES


def kind_of(path: Path, said: Layout | None = None) -> str:
    """
    Return BAG, or the value of a Layout.

    :param said: the layout that the user names, of a file that is not ours
    :raises EpisodeError: if it is none of these, as detect_layout does
    """
    if is_bag(path):
        return BAG
    if path.name.endswith(schema.PART_SUFFIX):
        raise EpisodeError(
            f'{path.name} is unfinished: `episodes repair` makes an episode of it first'
        )
    if said is None:
        return detect_layout(path).value
    return said.value


def name_of(path: Path) -> str:
    """Return a recording's name without its suffix."""
    return path.name if path.is_dir() else path.stem


def _is_source(path: Path) -> bool:
    if path.name.startswith('.'):
        return False
    if path.is_dir():
        return is_bag(path)
    return path.name.endswith((*SUFFIXES, *BAG_SUFFIXES))
