# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""How the episodes of this run of the recorder ended."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
import os
from pathlib import Path

from mobile_vla_core.episodes import schema
from mobile_vla_core.episodes.part_file import write_error_text
from mobile_vla_core.errors import EpisodeError

from .episode_history import EpisodeHistory
from .saved_episode import find_fault, SavedEpisode
from .saving import Saving
from .session_config import SessionConfig

KEPT = 100
"""So many endings are remembered."""


@dataclass(frozen=True)
class Ending:
    """
    What became of one episode.

    :param name: of its file
    :param saved: None when it was not saved
    :param text: why it was not, '' when it was
    :param discarded: somebody wanted it away, and it is
    """

    name: str
    saved: SavedEpisode | None = None
    text: str = ''
    discarded: bool = False

    def kept(self) -> SavedEpisode:
        """Return the saved episode; EpisodeError when it was not saved."""
        if self.saved is None:
            raise EpisodeError(self.text)
        return self.saved

    def taken_away(self) -> str:
        """Return the name of the discarded episode; EpisodeError when it was not discarded."""
        if not self.discarded:
            raise EpisodeError(self.text)
        return self.name


class Endings:
    """
    Judge each episode that has been written, put it into the history, and remember what it became.

    :param history: told of what is saved and discarded
    """

    def __init__(self, config: SessionConfig, history: EpisodeHistory) -> None:
        self._config = config
        self._history = history
        self._known: dict[Path, Ending] = {}
        self._failed = ''
        self.last_words = ''
        """What whoever asks for a stop must know of the last episode, which has ended before."""
        self.unfinished: Callable[[Path, str], None] = lambda *_: None
        """Called with a file that could not be closed, and why."""

    def of(self, part: Path) -> Ending | None:
        """Return how an episode ended, by the file into which it was written."""
        return self._known.get(part)

    def conclude(self, saving: Saving, scenario: str, length: float) -> Ending:
        """
        Wait until an episode is written, and judge it.

        :param length: by the stamps of its pictures [s]
        """
        ending = self._discard(saving) if saving.discard else self._save(saving, scenario, length)
        self._known[saving.part] = ending
        if len(self._known) > KEPT:
            del self._known[next(iter(self._known))]
        return ending

    def recovered(self, name: str, text: str) -> None:
        """Take what recovery, in a thread of its own, made of a file that could not be closed."""
        if name == self._failed:
            self.last_words = f'the last one could not be finished; {text}'

    def _save(self, saving: Saving, scenario: str, length: float) -> Ending:
        recording = saving.recording
        try:
            path = saving.wait()
        except EpisodeError as error:
            return self._fail(saving, str(error), f'closing failed: {write_error_text(error)}')
        saved = SavedEpisode.of(recording, path, saving.outcome, saving.reason)
        fault = find_fault(self._config, recording, scenario, length)
        if fault:
            ending = self._discard_by_rule(saved, fault)
            self.last_words = ending.text if saving.by_itself else ''
            return ending
        self.last_words = ''
        if saving.by_itself:
            self.last_words = f'the last one was stopped and kept: {saving.reason}'
        self._history.saved(path, saved.about)
        return Ending(path.name, saved)

    def _discard_by_rule(self, saved: SavedEpisode, fault: str) -> Ending:
        path = saved.path
        try:
            about = f'{saved.about}; it had been discarded by rule: {fault}'
            self._history.discard(path, about)
        except EpisodeError as error:
            self._history.saved(path, saved.about)
            return Ending(path.name, text=f'{error}; it was to be discarded: {fault}')
        return Ending(path.name, text=f'{path.name} is discarded, undo brings it back: {fault}')

    def _discard(self, saving: Saving) -> Ending:
        try:
            path = saving.wait()
        except EpisodeError as error:  # it would be recovered at the next start
            path = saving.part
            if not os.path.exists(path):  # Path.exists raises on a disk that fails
                return Ending(path.name, text=str(error))
        about = SavedEpisode.of(saving.recording, path, 'unknown', 'discarded').about
        self.last_words = ''
        try:
            self._history.discard(path, about)
        except EpisodeError as error:
            if path.name.endswith(schema.PART_SUFFIX):
                return self._fail(saving, str(error), 'it was to be discarded')
            self._history.saved(path, about)
            return Ending(path.name, text=str(error))
        return Ending(path.name, text='the episode was discarded', discarded=True)

    def _fail(self, saving: Saving, text: str, reason: str) -> Ending:
        self._failed = saving.part.name
        self.last_words = f'the last one could not be finished: {text}'
        self.unfinished(saving.part, saving.recording.error or reason)
        return Ending(saving.part.name, text=text)
