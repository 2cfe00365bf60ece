# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""Edits made in a folder, each with the original file kept, so that undo brings it back."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
import fcntl
import hashlib
import json
import os
from pathlib import Path
import shutil
import threading
from typing import Any

from ...episodes.part_file import sync_folder
from ...errors import MobileVlaError

FOLDER = '.edits'
"""Beside the episodes; every program passes over it."""
JOURNAL = 'journal.json'
LOCK = 'lock'
BLOCK_BYTES = 1 << 20


class JournalError(MobileVlaError):
    """An edit that cannot be done or taken back as the files are now."""


@dataclass(frozen=True)
class Edit:
    """
    One edit that was made.

    :param text: what was done, for people
    :param kept: the original's file in the folder of the journal
    :param after: the identity of the file that the edit left, '' when it left none
    :param time: when [s since the epoch]
    :param digest: of the bytes of that file, which a copy of it has too
    """

    number: int
    kind: str
    episode: str
    text: str
    kept: str
    after: str
    time: float
    digest: str = ''

    def to_dict(self) -> dict[str, Any]:
        """Return plain values for JSON."""
        return asdict(self)


class Journal:
    """
    The edits of a folder; several processes may have it open.

    An original is kept as the very file that it was: undo brings back the same bytes.
    """

    def __init__(self, folder: Path) -> None:
        self._episodes = Path(folder)
        self.folder = self._episodes / FOLDER
        """Where the originals are kept."""
        self._lock = threading.Lock()

    def edits(self) -> list[Edit]:
        """Return the edits that can be undone, oldest first."""
        with self._locked() if self.folder.is_dir() else self._lock:
            return self._read()

    def replace(
        self, kind: str, path: Path, text: str, time: float, change: Callable[[], Any]
    ) -> Edit:
        """
        Keep a file and let `change` put another in its place.

        :param time: now [s since the epoch]
        :raises MobileVlaError: what `change` raises; nothing is noted then
        """
        with self._locked():
            before = _identity(path)
            edit = self._keep(kind, path, text, time)
            try:
                change()
                if _identity(path) == before:
                    raise JournalError(f'{path.name} is like that already: nothing is changed')
            except BaseException:
                self._forget(edit, path)
                raise
            return self._note(replace(edit, after=_identity(path), digest=_digest(path)))

    def discard(self, path: Path, text: str, time: float) -> Edit:
        """Move a file away; undo brings it back."""
        with self._locked():
            edit = self._keep('discard', path, text, time)
            path.unlink()
            sync_folder(path.parent)
            return self._note(edit)

    def undo(self, number: int | None = None) -> Edit:
        """
        Take back an edit, the last one by default, and return it.

        :raises JournalError: if there is none, a later one concerns the same file, or the file
            holds something else than the edit left
        """
        with self._locked():
            edits = self._read()
            found = [edit for edit in edits if number in (None, edit.number)]
            if not found:
                what = 'nothing' if number is None else f'no edit {number}'
                raise JournalError(f'there is {what} to undo')
            edit = found[-1]
            if any(e.episode == edit.episode and e.number > edit.number for e in edits):
                raise JournalError(f'{edit.episode} was edited again later: undo that first')
            path, kept = self._episodes / edit.episode, self.folder / edit.kept
            if not kept.exists():
                raise JournalError(f'the original {FOLDER}/{edit.kept} is gone: nothing is undone')
            if path.exists() and not _may_be_replaced(path, kept, edit):
                left = 'as the edit left it' if edit.after else 'gone, as the edit left it'
                raise JournalError(
                    f'{edit.episode} is not {left}: another program changed it; move it away and '
                    f'undo again, the original is {FOLDER}/{edit.kept}'
                )
            kept.replace(path)
            sync_folder(self._episodes)
            self._write([e for e in edits if e.number != edit.number])
            return edit

    def _keep(self, kind: str, path: Path, text: str, time: float) -> Edit:
        self._read()  # one that cannot be read is refused before anything is done
        # What an edit left that was not finished keeps its number, and so its file.
        numbers = (kept.name.split('_')[0] for kept in self.folder.glob('*_*'))
        number = max((int(text) for text in numbers if text.isdigit()), default=0) + 1
        kept = self.folder / f'{number:04d}_{path.name}'
        try:
            os.link(path, kept)
        except OSError:  # a file system without links
            shutil.copy2(path, kept)
        sync_folder(self.folder)
        return Edit(number, kind, path.name, text, kept.name, '', time)

    def _forget(self, edit: Edit, path: Path) -> None:
        kept = self.folder / edit.kept
        if not path.exists():
            kept.replace(path)
        kept.unlink(missing_ok=True)

    def _note(self, edit: Edit) -> Edit:
        self._write([*self._read(), edit])
        return edit

    def _read(self) -> list[Edit]:
        try:
            rows = json.loads((self.folder / JOURNAL).read_text())
            return [Edit(**row) for row in rows]
        except FileNotFoundError:
            return []
        except (ValueError, TypeError) as error:
            raise JournalError(
                f'{FOLDER}/{JOURNAL} cannot be read ({error}): move it away; the originals '
                f'beside it stay'
            ) from error

    def _write(self, edits: list[Edit]) -> None:
        draft = self.folder / f'{JOURNAL}.new'
        with draft.open('w') as file:
            json.dump([edit.to_dict() for edit in edits], file, indent=1, ensure_ascii=False)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(self.folder / JOURNAL)
        sync_folder(self.folder)

    @contextmanager
    def _locked(self) -> Iterator[None]:
        try:
            self.folder.mkdir(exist_ok=True)
            with self._lock, (self.folder / LOCK).open('w') as file:
                fcntl.flock(file, fcntl.LOCK_EX)
                yield
        except OSError as error:
            raise JournalError(f'{self.folder} cannot be written: {error}') from error


def _may_be_replaced(path: Path, kept: Path, edit: Edit) -> bool:
    """Return whether a file is what the edit left, or a copy of it or of the original."""
    if _identity(path) == edit.after:
        return True
    return _digest(path) in (edit.digest, _digest(kept))


def _digest(path: Path) -> str:
    """Return what tells the bytes of a file from any others."""
    found = hashlib.blake2b(digest_size=16)
    with path.open('rb') as file:
        while block := file.read(BLOCK_BYTES):
            found.update(block)
    return found.hexdigest()


def _identity(path: Path) -> str:
    """Return what tells a file from any other that had its name, '' when there is none."""
    try:
        found = path.stat()
    except FileNotFoundError:
        return ''
    return f'{found.st_ino:x}-{found.st_size:x}-{found.st_mtime_ns:x}'
