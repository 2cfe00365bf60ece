# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""The file of an episode under way: locked by its writer, on the disk once a second."""

from __future__ import annotations

import fcntl
import os
from pathlib import Path
import threading

SYNC_PERIOD = 1.0
"""At most this much recording is lost to a power cut [s]."""


class PartFile:
    """
    A new file and the lock on it that says that its writer is alive.

    A thread of its own calls fdatasync once a second, so that no frame waits for a disk.

    :raises OSError: if the file exists or cannot be created
    """

    def __init__(self, path: Path) -> None:
        self._descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o666)
        fcntl.flock(self._descriptor, fcntl.LOCK_EX)
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._run, name='episode-sync', daemon=True)
        self._thread.start()

    def _run(self) -> None:
        while not self._stopped.wait(SYNC_PERIOD):
            os.fdatasync(self._descriptor)

    def sync(self) -> None:
        """Put on the disk what was written; no more comes."""
        self._stopped.set()
        self._thread.join()
        os.fsync(self._descriptor)

    def release(self) -> None:
        """End the lock."""
        self._stopped.set()
        self._thread.join()
        os.close(self._descriptor)


def sync_folder(folder: Path) -> None:
    """Put the names in a folder on the disk."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
