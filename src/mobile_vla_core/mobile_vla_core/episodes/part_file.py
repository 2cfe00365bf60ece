# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""The file of an episode under way: locked, given room ahead, on the disk once a second."""

from __future__ import annotations

import ctypes
import errno
import fcntl
import os
from pathlib import Path
import re
import resource
import threading

from ..errors import EpisodeWriteError

SYNC_PERIOD = 1.0
"""At most this much recording is lost to a power cut [s]."""
RESERVE = 8 * 1024 * 1024
"""Room kept for closing the file when the disk is full [bytes]."""
STEP = 16 * 1024 * 1024
"""Room taken at a time, while the disk has it [bytes]."""

BLOCK = 512
"""Unit of st_blocks [bytes]."""
FALLOC_FL_KEEP_SIZE = 1  # linux/falloc.h; os.posix_fallocate would make the file longer
_libc = ctypes.CDLL(None, use_errno=True)


class PartFile:
    """
    A new file and the lock on it that says that its writer is alive.

    Room is taken before it is written to, so that the HDF5 library never meets a full disk, after
    which it cannot go on, and so that an episode can be closed in order on a full disk. A file
    system that cannot promise room, such as ext2, is asked how much is free instead. A thread of
    its own calls fdatasync once a second, so that no frame waits for a disk; what it failed to put
    there is raised by the next call.

    :raises OSError: if the file exists or cannot be created
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._room = 0
        self._fault: OSError | None = None
        """Why what was written is not on the disk."""
        self._descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o666)
        fcntl.flock(self._descriptor, fcntl.LOCK_EX)
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._run, name='episode-sync', daemon=True)
        self._thread.start()

    def reserve(self, size: int) -> None:
        """
        Take room for `size` bytes more, and for closing the file.

        :raises OSError: if there is none (ENOSPC), the file may not grow so far (EFBIG), or the
            disk did not take what was written before
        """
        self._raise_fault()
        needed = os.fstat(self._descriptor).st_size + size + RESERVE
        limit = resource.getrlimit(resource.RLIMIT_FSIZE)[0]
        if limit != resource.RLIM_INFINITY and needed > limit:
            raise OSError(errno.EFBIG, os.strerror(errno.EFBIG), str(self._path))
        if needed <= self._room:
            return
        if not self._take(needed + STEP) and not self._take(needed):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(self._path))

    def sync(self) -> None:
        """
        Put on the disk what was written and give back the room left; no more comes.

        :raises OSError: if the disk does not take it, or did not take what was written before
        """
        self._stopped.set()
        self._thread.join()
        self._raise_fault()
        give_room_back(self._descriptor)
        os.fsync(self._descriptor)

    def release(self) -> None:
        """End the lock; a second call does nothing."""
        self._stopped.set()
        self._thread.join()
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1

    def _take(self, end: int) -> bool:
        offset, length = ctypes.c_int64(self._room), ctypes.c_int64(end - self._room)
        result = _libc.fallocate64(self._descriptor, FALLOC_FL_KEEP_SIZE, offset, length)
        code = ctypes.get_errno() if result else 0
        if code in (errno.EOPNOTSUPP, errno.ENOSYS):
            code = 0 if self._is_free(end) else errno.ENOSPC
        if code not in (0, errno.ENOSPC, errno.EDQUOT):
            raise OSError(code, os.strerror(code), str(self._path))
        if code == 0:
            self._room = end
        return code == 0

    def _is_free(self, end: int) -> bool:
        """Return whether the disk has room for what the file lacks to a length, holes and all."""
        file, disk = os.fstat(self._descriptor), os.fstatvfs(self._descriptor)
        taken = file.st_blocks * BLOCK or file.st_size  # of a file system that tells no blocks
        return disk.f_bavail * disk.f_frsize >= end - taken

    def _raise_fault(self) -> None:
        if self._fault:
            raise self._fault

    def _run(self) -> None:
        while not self._stopped.wait(SYNC_PERIOD):
            try:
                os.fdatasync(self._descriptor)
            except OSError as error:
                self._fault = error
                return  # the kernel tells once: a later call would say that all is well


def give_room_back(descriptor: int) -> None:
    """Give back the room that was taken beyond the end of a file; what it holds stays."""
    size = os.fstat(descriptor).st_size
    os.ftruncate(descriptor, size + 1)  # tmpfs gives room back only when it shrinks
    os.ftruncate(descriptor, size)


def write_error_text(error: Exception) -> str:
    """Return in a few words what went wrong, also of HDF5's long texts."""
    if isinstance(error, EpisodeWriteError):
        return error.reason
    cause = re.search("error message = '([^']+)'", str(error))
    if cause:
        return cause.group(1)
    if isinstance(error, OSError) and error.errno:
        return os.strerror(error.errno)
    return str(error).split('\n', 1)[0]


def sync_folder(folder: Path) -> None:
    """Put the names in a folder on the disk."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
