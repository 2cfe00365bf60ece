# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""Put a new folder in the place of an old one."""

from __future__ import annotations

from pathlib import Path
import shutil


def replace_folder(fresh: Path, folder: Path) -> None:
    """
    Give a folder the name of another, which is removed; it is brought back if that fails.

    A folder cannot be replaced at once, so the old one is moved aside first.

    :param fresh: in the same file system as `folder`
    """
    if not folder.exists():
        fresh.rename(folder)
        return
    old = fresh.with_name(f'{fresh.name}.old')
    folder.rename(old)
    try:
        fresh.rename(folder)
    except OSError:
        old.rename(folder)
        raise
    shutil.rmtree(old, ignore_errors=True)
