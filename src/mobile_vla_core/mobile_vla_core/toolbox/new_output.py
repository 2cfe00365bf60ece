# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""A file or folder that is there whole or not at all."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
import os
from pathlib import Path
import secrets
import shutil

from ..episodes.part_file import sync_folder, write_error_text
from ..errors import MobileVlaError
from ..folder_replacement import replace_folder


class OutputError(MobileVlaError):
    """An output that exists already, or cannot be written."""


@contextmanager
def new_folder(folder: Path) -> Iterator[Path]:
    """
    Give a folder to write to, which is created when absent.

    :raises OutputError: if it cannot be created, or the block fails to write to it
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        yield folder
    except MobileVlaError:
        raise
    except OSError as error:
        why = 'it is a file' if folder.is_file() else write_error_text(error)
        raise OutputError(
            f'{folder} cannot be written to: {why}; choose another folder'
        ) from error


@contextmanager
def new_output(path: Path, *, overwrite: bool = False) -> Iterator[Path]:
    """
    Give a path beside `path` to write a file or folder to; move it there when the block is left.

    When the block raises, what was written is removed and `path` is as before.

    :raises OutputError: if `path` exists and may not be replaced, or cannot be written
    """
    path = Path(path)
    refuse_existing(path, overwrite=overwrite)
    # The suffix stays last: some libraries choose the format by it.
    draft = path.with_name(f'.{path.stem}.{secrets.token_hex(4)}{path.suffix}')
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        yield draft
        _sync(draft)
        _move(draft, path)
        sync_folder(path.parent)
    except OSError as error:
        raise OutputError(f'{path} cannot be written: {write_error_text(error)}') from error
    finally:
        _remove(draft)


def refuse_existing(path: Path, *, overwrite: bool) -> None:
    """Raise OutputError if something is at `path` that may not be replaced."""
    if path.exists() and not overwrite:
        raise OutputError(f'{path} exists already: choose another output, or give --overwrite')


def _move(draft: Path, path: Path) -> None:
    if path.is_dir():
        replace_folder(draft, path)
    else:
        draft.replace(path)


def _remove(draft: Path) -> None:
    if draft.is_dir():
        shutil.rmtree(draft, ignore_errors=True)
    elif draft.exists():
        draft.unlink()


def _sync(draft: Path) -> None:
    files = draft.rglob('*') if draft.is_dir() else [draft]
    for file in files:
        if file.is_file():
            descriptor = os.open(file, os.O_RDONLY)
            try:
                os.fsync(descriptor)
            finally:
                os.close(descriptor)
