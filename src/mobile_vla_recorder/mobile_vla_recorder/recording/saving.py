# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""An episode that has ended and is being written to its end."""

from __future__ import annotations

from pathlib import Path
import threading

from mobile_vla_core.errors import EpisodeError

from .recording import Recording


class Saving:
    """
    Writes what waits and closes the file in a thread of its own: a slow disk may take long.

    :param outcome: one of the schema's
    :param stamp: when the episode ended [s]
    :param by_itself: nobody asked for it
    :param discard: the episode is to be taken away when it is written
    """

    def __init__(
        self,
        recording: Recording,
        outcome: str,
        reason: str,
        stamp: float,
        by_itself: bool = False,
        discard: bool = False,
    ) -> None:
        self.recording = recording
        self.part = recording.path
        self.outcome = outcome
        self.reason = reason
        self.by_itself = by_itself
        self.discard = discard
        self._stamp = stamp
        self._path: Path | None = None
        self._error: Exception | None = None
        self._thread = threading.Thread(target=self._run, name='episode-saving', daemon=True)
        self._thread.start()

    @property
    def done(self) -> bool:
        """Whether `wait` returns at once."""
        return not self._thread.is_alive()

    @property
    def text(self) -> str:
        """What to say to whoever asks for something else meanwhile."""
        return (
            f'{self.part.name} is being saved: {self.recording.queued_frames} pictures are left '
            f'to write, ask again when it is done'
        )

    def wait(self) -> Path:
        """
        Return the path of the finished episode.

        :raises EpisodeError: if the file cannot be closed; it is then kept for recovery
        """
        self._thread.join()
        if isinstance(self._error, EpisodeError):
            raise self._error
        if self._error is not None:
            text = f'{self.part.name} cannot be finished: {self._error}'
            raise EpisodeError(text) from self._error
        return self._path

    def _run(self) -> None:
        try:
            self._path = self.recording.finish(self.outcome, self.reason, self._stamp)
        except Exception as error:  # handed to whoever waits, whatever it is
            self._error = error
