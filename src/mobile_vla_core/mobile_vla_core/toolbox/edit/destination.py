# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""Where an edited episode goes: to a folder of its own, or in the place of the original."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
import shutil

from ...episodes.part_file import sync_folder
from ...errors import EpisodeError
from ..new_output import new_folder
from ..view.journal import Journal

OUTPUT = 'edited'
DRAFTS = 'drafts'
"""Folder in which an episode is written that takes the place of another."""

Write = Callable[[Path], Path]
"""Writes a new episode to a folder and returns its path."""


class Destination:
    """
    Where edited episodes go.

    :param output: a folder for the new files; None for `edited/` beside each original
    :param in_place: put the new file in the place of the original, which is kept for `undo`
    :param now: the time [s since the epoch]
    """

    def __init__(self, output: Path | None, in_place: bool, now: float) -> None:
        if in_place and output is not None:
            raise EpisodeError('give --output or --in-place, not both')
        self._output = output
        self._in_place = in_place
        self._now = now

    def folder(self, path: Path) -> Path:
        """Return the folder for what is made of a file."""
        return self._output or path.parent / OUTPUT

    def put(self, kind: str, path: Path, text: str, write: Write) -> Path:
        """
        Let `write` make the new episode, and return where it is.

        :param kind: of the edit, in a word
        :param text: what was done, for people
        :raises MobileVlaError: what `write` raises; the original is then as it was
        """
        if not self._in_place:
            with new_folder(self.folder(path)) as folder:
                return write(folder)
        journal = Journal(path.parent)

        def change() -> None:
            drafts = journal.folder / DRAFTS
            shutil.rmtree(drafts, ignore_errors=True)  # of an edit that was killed
            drafts.mkdir()
            write(drafts).replace(path)
            drafts.rmdir()
            sync_folder(path.parent)

        journal.replace(kind, path, text, self._now, change)
        return path
