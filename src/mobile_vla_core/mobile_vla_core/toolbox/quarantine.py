# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""Move bad episodes aside, whole at every moment, over nothing that is there."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
import errno
import os
from pathlib import Path
import shutil

from ..episodes.part_file import sync_folder, write_error_text

COPY_SUFFIX = '.quarantine'
"""Of a copy that is being made on another disk."""
_NO_LINK = (errno.EXDEV, errno.EPERM, errno.ENOTSUP, errno.EOPNOTSUPP, errno.EMLINK)


def quarantine(paths: Iterable[Path], folder: Path) -> tuple[dict[Path, Path], dict[Path, str]]:
    """
    Move files into a folder, which is created; return where to, and why others stay.

    Where the name is taken, a number is added to it. A file that cannot be moved is where it was,
    and nowhere else.
    """
    moved: dict[Path, Path] = {}
    faults: dict[Path, str] = {}
    for path in paths:
        try:
            folder.mkdir(parents=True, exist_ok=True)
            moved[path] = _move(path, folder)
            sync_folder(folder)
        except OSError as error:
            place = error.filename2 or error.filename or folder
            faults[path] = f'it cannot be moved to {folder}: {place}: {write_error_text(error)}'
    return moved, faults


def _move(path: Path, folder: Path) -> Path:
    source = path
    try:
        target = _link(path, folder, path.name)
    except OSError as error:
        if error.errno not in _NO_LINK:
            raise
        source = folder / f'.{path.name}{COPY_SUFFIX}'
        try:
            _copy(path, source)
            target = _rename(source, folder, path.name)
        finally:
            source.unlink(missing_ok=True)
    try:
        path.unlink()
    except OSError:
        target.unlink()
        raise
    return target


def _link(path: Path, folder: Path, name: str) -> Path:
    """Give a file a second name in the folder: that fails where the name is taken."""
    for target in _targets(folder, name):
        try:
            os.link(path, target, follow_symlinks=False)
        except FileExistsError:
            continue
        return target
    raise AssertionError('there is no end of names')


def _rename(path: Path, folder: Path, name: str) -> Path:
    for target in _targets(folder, name):
        try:  # takes the name, so that nobody else does
            os.close(os.open(target, os.O_CREAT | os.O_EXCL))
        except FileExistsError:
            continue
        return path.replace(target)
    raise AssertionError('there is no end of names')


def _copy(path: Path, target: Path) -> None:
    shutil.copy2(path, target)
    with target.open('rb+') as file:
        os.fsync(file.fileno())
    if target.stat().st_size != path.stat().st_size:
        raise OSError(errno.EIO, f'the copy of {path.name} is not as long as it is')


def _targets(folder: Path, name: str) -> Iterator[Path]:
    stem, dot, suffix = name.partition('.')
    yield folder / name
    number = 2
    while True:
        yield folder / f'{stem}_{number}{dot}{suffix}'
        number += 1
