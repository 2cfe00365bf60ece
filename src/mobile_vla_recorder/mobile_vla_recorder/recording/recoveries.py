# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""Unfinished files, made episodes of beside the recorder."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
import queue
import threading

from mobile_vla_core.episodes import find_unfinished, recover
from mobile_vla_core.errors import EpisodeError

PATIENCE = 3.0
"""So long `close` waits [s]: a launch kills a node after five."""


class Recoveries:
    """
    Recover what an earlier run left in a folder, and then each file that is named; in a thread.

    :param told: called there with the unfinished file, why it was not finished ('': its recorder
        was killed), the episode that was made of it or None, and a sentence
    """

    def __init__(self, folder: Path, told: Callable[[Path, str, Path | None, str], None]) -> None:
        self._folder = folder
        self._told = told
        self._named: queue.SimpleQueue[tuple[Path, str] | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._run, name='recovery', daemon=True)
        self._thread.start()

    def add(self, part: Path, reason: str) -> None:
        """Recover a file that this run could not finish."""
        self._named.put((part, reason))

    def close(self) -> None:
        """End the thread; a recovery that takes long goes on in its own process."""
        self._named.put(None)
        self._thread.join(PATIENCE)

    def _run(self) -> None:
        with suppress(OSError):  # of a folder that cannot be read: nothing is recorded there
            for part in find_unfinished(self._folder):
                self._recover(part, '')
        while (named := self._named.get()) is not None:
            self._recover(*named)

    def _recover(self, part: Path, reason: str) -> None:
        try:
            report = recover(part, reason=reason)
            path, text = report.path, report.text
        except EpisodeError as error:
            path, text = None, str(error)
        self._told(part, reason, path, text)
