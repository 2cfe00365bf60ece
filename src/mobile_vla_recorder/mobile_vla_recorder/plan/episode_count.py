# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""How many usable episodes there are of each scenario, kept up to date beside the recorder."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
import queue
import threading

from mobile_vla_core.episodes import find_episodes
from mobile_vla_core.errors import EpisodeError

from .progress import usable_scenario


class EpisodeCount:
    """
    Reads a folder once and then only the files that are named, in a thread of its own.

    :param folder: of the episodes; it may be absent yet
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._scenarios: dict[str, str | None] = {}
        self._counts: Counter[str] | None = None
        self._named: queue.SimpleQueue[Path | None] = queue.SimpleQueue()
        self._closed = False
        self._thread = threading.Thread(target=self._run, name='episode-count', daemon=True)
        self._thread.start()

    @property
    def counts(self) -> Counter[str] | None:
        """Episodes by scenario, None until the folder has been read."""
        return self._counts

    def update(self, path: Path) -> None:
        """Take that an episode came, went or has other labels."""
        self._named.put(path)

    def close(self) -> None:
        """End the thread, even while it reads the folder."""
        self._closed = True
        self._named.put(None)
        self._thread.join()

    def _run(self) -> None:
        try:
            paths = find_episodes(self._folder)
        except EpisodeError:
            paths = []  # nothing has been recorded yet
        for path in paths:
            if self._closed:
                return
            self._read(path)
        self._publish()
        while (path := self._named.get()) is not None:
            self._read(path)
            self._publish()

    def _read(self, path: Path) -> None:
        try:
            self._scenarios[path.name] = usable_scenario(path)
        except EpisodeError:
            self._scenarios.pop(path.name, None)

    def _publish(self) -> None:
        self._counts = Counter(name for name in self._scenarios.values() if name is not None)
