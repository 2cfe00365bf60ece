# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""The episodes of a folder as the page lists them, read in the background."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
import threading
from typing import Any

from ...episodes import schema
from ...errors import EpisodeError, MobileVlaError
from ..checks.examination import Examination
from ..checks.finding import Finding
from ..selection import SUFFIXES
from .survey import Survey

PART_PACE = 5_000_000_000
"""A file that is being recorded is looked at again after this time [ns]."""
PAUSE = 1.0
"""Between two looks for something to read [s]."""
MISMATCH = 'schema mismatch'


@dataclass
class Shelf:
    """
    One file and what is known of it.

    :param examination: what a check found in it, None when it was not looked at yet
    :param together: what it found by comparing it with the other files
    """

    path: Path
    version: str
    """Changes with the file."""
    bytes: int
    summary: dict[str, Any] | None = None
    problem: str = ''
    examination: Examination | None = None
    together: tuple[Finding, ...] = ()

    @property
    def finished(self) -> bool:
        """False while it is recorded, or when its recorder was killed."""
        return not self.path.name.endswith(schema.PART_SUFFIX)

    @property
    def state(self) -> str:
        """'reading', 'ready', 'unfinished', 'foreign' (another layout) or 'damaged'."""
        if self.problem:
            return 'foreign' if MISMATCH in self.problem else 'damaged'
        if self.summary is None:
            return 'reading'
        return 'ready' if self.finished else 'unfinished'

    @property
    def findings(self) -> list[dict[str, Any]] | None:
        """All findings as plain values, the worst first; None when they are not known yet."""
        if self.examination is None:
            return None
        found = (*self.examination.findings, *self.together)
        return [f.to_dict() for f in sorted(found, key=lambda f: -f.severity)]

    def to_dict(self) -> dict[str, Any]:
        """Return what the list shows."""
        return {
            'name': self.path.name,
            'version': self.version,
            'bytes': self.bytes,
            'state': self.state,
            'problem': self.problem,
            'findings': self.findings,
            **(self.summary or {}),
        }


class Library:
    """
    A folder, looked through anew at each `refresh`; its files are read by `read_next`.

    :param survey: looks at the files
    """

    def __init__(self, folder: Path, survey: Survey) -> None:
        self.folder = Path(folder).expanduser()
        if not self.folder.is_dir():
            raise EpisodeError(f'{folder} is not a folder: give the one that holds the episodes')
        self._survey = survey
        self._compared: set[tuple[str, str]] = set()
        self.findings: list[dict[str, Any]] = []
        """Of the folder as a whole."""
        self._shelves: dict[str, Shelf] = {}
        self._lock = threading.Lock()
        self._wake = threading.Event()

    @property
    def checks(self) -> bool:
        """Whether findings will come."""
        return self._survey.checks

    def refresh(self) -> list[Shelf]:
        """Look which files there are; return them sorted by name."""
        with self._lock:
            old, self._shelves = self._shelves, {}
            for path in sorted(self.folder.iterdir()):
                shelf = _shelf(path)
                if shelf is None:
                    continue
                known = old.get(path.name)
                same = known is not None and known.version == shelf.version
                self._shelves[path.name] = known if same else shelf
            shelves = list(self._shelves.values())
        self._wake.set()
        return shelves

    def find(self, name: str) -> Shelf:
        """
        Return a file of the list as it is now.

        :raises EpisodeError: if the folder has none of this name
        """
        with self._lock:
            known = self._shelves.get(name)
        now = _shelf(known.path) if known else None
        if known and now and now.version == known.version:
            return known
        for shelf in self.refresh():
            if shelf.path.name == name:
                return shelf
        raise EpisodeError(f'there is no episode "{name}" here')

    def read_next(self) -> bool:
        """Read the summary of one file, or check one or all; False when nothing is to be done."""
        with self._lock:
            shelves = list(self._shelves.values())
        for shelf in shelves:
            if shelf.state == 'reading':
                try:
                    shelf.summary = self._survey.summarise(shelf.path)
                except MobileVlaError as error:
                    shelf.problem = str(error)
                return True
        if not self.checks:
            return False
        for shelf in shelves:
            if shelf.examination is None and shelf.finished:
                shelf.examination = self._survey.examine(shelf.path)
                return True
        return self._compare(shelves)

    def _compare(self, shelves: list[Shelf]) -> bool:
        """Compare the episodes with each other; False when that was done."""
        checked = [shelf for shelf in shelves if shelf.examination and shelf.examination.digest]
        versions = {(shelf.path.name, shelf.version) for shelf in checked}
        if versions == self._compared:
            return False
        self._compared = versions
        found = self._survey.compare([shelf.examination.digest for shelf in checked])
        for shelf in checked:
            shelf.together = tuple(f for f in found if f.episode == shelf.path.name)
        self.findings = [finding.to_dict() for finding in found if not finding.episode]
        return True

    def read_until(self, stop: threading.Event) -> None:
        """Read all there is, then whatever comes, until told to stop."""
        while not stop.is_set():
            try:
                busy = self.read_next()
            except EpisodeError:  # of comparing, or at the end
                busy = False
            if not busy:
                self._wake.wait(PAUSE)
                self._wake.clear()


def _shelf(path: Path) -> Shelf | None:
    """Return a file as it is now, None for what is no episode or just gone."""
    part = path.name.endswith(schema.PART_SUFFIX)
    if path.name.startswith('.') or not (part or path.name.endswith(SUFFIXES)):
        return None
    try:
        found = path.stat()
    except OSError:
        return None
    if part:
        return Shelf(path, f'{found.st_mtime_ns // PART_PACE:x}', found.st_size)
    version = f'{found.st_mtime_ns:x}-{found.st_size:x}-{found.st_ino:x}'
    return Shelf(path, version, found.st_size)
