# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""The files that a verb works on: `DIR|FILE …` of the command line."""

from __future__ import annotations

from argparse import ArgumentParser
from collections.abc import Iterable
from pathlib import Path

from ..episodes import schema
from ..errors import EpisodeError

SUFFIXES = (schema.SUFFIX, '.hdf5')
"""Of finished files, of whatever layout."""


def add_selection(parser: ArgumentParser, *, needed: bool = True) -> None:
    """Declare the argument `paths`; at least one where it is needed."""
    parser.add_argument(
        'paths',
        nargs='+' if needed else '*',
        type=Path,
        metavar='DIR|FILE',
        help=f'episode files, or folders whose episodes (*{", *".join(SUFFIXES)}) are meant',
    )


def select_files(paths: Iterable[Path], *, unfinished: bool = False) -> list[Path]:
    """
    Return the files that are named, and those in the folders that are named; each once, in order.

    A file is taken whatever its name; what it holds is for the verb to find out.

    :param unfinished: whether the `.h5.part` files of a folder are meant too
    :raises EpisodeError: if there is no path, one does not exist, or nothing is left
    """
    paths = list(paths)
    if not paths:
        raise EpisodeError('no path is given: give episode files, or folders of them')
    suffixes = (*SUFFIXES, schema.PART_SUFFIX) if unfinished else SUFFIXES
    files: dict[Path, None] = {}
    folders = []
    for path in map(Path.expanduser, paths):
        if path.is_dir():
            folders.append(path)
            files.update(dict.fromkeys(_inside(path, suffixes)))
        elif path.exists():
            files[path] = None
        else:
            raise EpisodeError(f'{path} does not exist: give an episode file, or its folder')
    if not files:
        names = ', '.join(map(str, folders))
        left = sum(len(list(folder.glob(f'*{schema.PART_SUFFIX}'))) for folder in folders)
        hint = f', only {left} unfinished ({schema.PART_SUFFIX}): see `episodes repair`'
        raise EpisodeError(
            f'{names} holds no episode (*{", *".join(suffixes)}){hint if left else ""}'
        )
    return list(files)


def _inside(folder: Path, suffixes: tuple[str, ...]) -> list[Path]:
    try:
        names = sorted(path.name for path in folder.iterdir())
    except OSError as error:
        raise EpisodeError(f'{folder} cannot be read: {error.strerror}') from error
    wanted = (name for name in names if name.endswith(suffixes) and not name.startswith('.'))
    return [folder / name for name in wanted if not (folder / name).is_dir()]
