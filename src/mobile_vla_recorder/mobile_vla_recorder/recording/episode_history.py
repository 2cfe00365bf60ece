# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""Saved and discarded episodes of this run of the recorder, and the way back."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from functools import partial
from pathlib import Path
import threading
import time

from mobile_vla_core.episodes import schema
from mobile_vla_core.episodes.relabel import Labels, relabel
from mobile_vla_core.errors import EpisodeError

DISCARDED_FOLDER = '.discarded'
DISCARDED_AGE = 24 * 3600.0
"""What other runs discarded is deleted when it is older [s]."""


class EpisodeHistory:
    """
    Remember the last save, relabel it, discard an episode, and undo the last of these.

    What is undone may be undone as well: again and again it is there and away.

    Copying a long episode takes a while: `relabel` and `undo` may be called in another thread.

    :param output: folder of the episodes; a discarded one waits in a folder inside it
    :param changed: told of every episode that came, went or has other labels
    """

    def __init__(self, output: Path, changed: Callable[[Path], None] = lambda _: None) -> None:
        self._output = output
        self._changed = changed
        self._busy = threading.Lock()
        self._last: Path | None = None
        self._discarded: Path | None = None
        self._undo: Callable[[float], str] | None = None

    def saved(self, path: Path, about: str = '') -> None:
        """
        Remember the last episode.

        :param about: told again when it is brought back after an undo
        """
        self._last = path
        self._changed(path)
        self._undo = partial(self._take_away, path, about)

    def relabel(self, labels: Labels, stamp: float) -> Path:
        """
        Change what was said about the last episode and return its path.

        :raises MobileVlaError: if there is none, or the labels cannot be
        """
        with self._busy:
            path = self._last
            if path is None:
                raise EpisodeError('no episode was saved yet: record one, then relabel it')
            before = relabel(path, labels, stamp)
            self._changed(path)
            self._undo = partial(self._relabel_back, path, before)
            return path

    def discard(self, path: Path, about: str = '') -> None:
        """
        Take an episode away, or an unfinished file; the one discarded before is deleted.

        :param about: told when an undo brings it back
        :raises EpisodeError: if it cannot be taken away; it stays where it is
        """
        folder = self._output / DISCARDED_FOLDER
        try:
            folder.mkdir(exist_ok=True)
            with suppress(OSError):  # what cannot be deleted now is deleted later
                self._forget(folder)
            kept = path.rename(folder / path.name)
        except OSError as error:
            raise EpisodeError(
                f'{path.name} cannot be discarded: {error.strerror or error}; it stays in '
                f'{path.parent}'
            ) from error
        self._discarded = kept
        if self._last == path:
            self._last = None
        self._changed(path)
        self._undo = partial(self._bring_back, kept, path, about)

    def undo(self, stamp: float) -> str:
        """
        Take the last save, relabelling, discard or undo back and say so.

        :raises MobileVlaError: if there is nothing to take back, or it cannot be
        """
        with self._busy:
            if self._undo is None:
                raise EpisodeError(
                    'nothing to undo: only the last save, relabelling or discard can be taken back'
                )
            return self._undo(stamp)

    def _forget(self, folder: Path) -> None:
        """Delete the episode that was discarded before, and old ones of other runs."""
        for other in folder.iterdir():
            if other == self._discarded or time.time() - other.stat().st_mtime > DISCARDED_AGE:
                other.unlink(missing_ok=True)

    def _take_away(self, path: Path, about: str, _: float) -> str:
        self.discard(path, about)
        return f'{path.name} is discarded, undo brings it back'

    def _bring_back(self, kept: Path, path: Path, about: str, _: float) -> str:
        try:
            kept.rename(path)
        except OSError as error:
            raise EpisodeError(f'{path.name} cannot be brought back: {error}') from error
        self._discarded = None
        if path.suffix == schema.SUFFIX:
            self._last = path
        self._changed(path)
        self._undo = partial(self._take_away, path, about)
        return f'{path.name} is kept after all{": " if about else ""}{about}'

    def _relabel_back(self, path: Path, labels: Labels, stamp: float) -> str:
        before = relabel(path, labels, stamp)
        self._changed(path)
        self._undo = partial(self._relabel_back, path, before)
        said = ', '.join(text for text in (labels.outcome, labels.scenario) if text)
        return f'{path.name} is labelled again: {said}, "{labels.instruction}"'
