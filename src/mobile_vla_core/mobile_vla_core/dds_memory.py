# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""Shared memory that killed ROS 2 processes left behind."""

from __future__ import annotations

from contextlib import suppress
import fcntl
import os
from pathlib import Path
import re
import time

SHARED_MEMORY = Path('/dev/shm')
_LOCK_NAME = re.compile(r'(?:fastrtps|fastdds)_[0-9a-f]{16}_el')
"""Fast DDS 2 and 3: `<segment>_el` is locked for as long as the owner of `<segment>` lives."""
_SETTLED = 5.0
"""A lock file younger than this may be about to be locked [s]."""


def remove_dead_segments(folder: Path = SHARED_MEMORY) -> int:
    """
    Remove the segments of Fast DDS whose owner has ended, and return their size [bytes].

    A process that is killed cannot remove its own: with room for large images that is 35 MB of
    memory each time, until the computer is restarted. Segments of living processes, and of other
    users, stay.
    """
    freed = 0
    with suppress(OSError):
        for lock in folder.iterdir():
            if _LOCK_NAME.fullmatch(lock.name):
                freed += _remove(lock)
    return freed


def _remove(lock: Path) -> int:
    try:
        if time.time() - lock.stat().st_mtime < _SETTLED:
            return 0
        descriptor = os.open(lock, os.O_RDWR)
    except OSError:
        return 0
    freed = 0
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        for path in (lock.with_name(lock.name.removesuffix('_el')), lock):
            with suppress(FileNotFoundError):
                size = path.stat().st_size
                path.unlink()
                freed += size
    except OSError:
        pass  # The owner lives, or it is another user's.
    finally:
        os.close(descriptor)
    return freed
