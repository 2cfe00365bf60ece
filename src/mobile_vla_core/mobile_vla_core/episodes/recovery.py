# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""
Make a finished episode of the file that a recorder left when it was killed.

The file is only read, and copied to a new one: repairing in place (`h5clear -s`) destroys it.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
import fcntl
import os
from pathlib import Path
import shutil
import signal
import subprocess
import sys

from ..errors import EpisodeError
from . import schema
from .part_file import give_room_back
from .recovery_report import RecoveryReport

WORKSHOP = '.recovering_'
"""
Begins the name of the folder beside the episodes in which a recovered file is written; it ends in
the episode's name: who holds the lock on the unfinished file has the folder for himself.
"""
SLOWEST_BYTES = 1_000_000
"""A disk slower than this is taken for a library that hangs [bytes/s]."""
STARTING_TIME = 60
"""For a process to start on a busy machine, and for a small file [s]."""
CRASHES = (signal.SIGSEGV, signal.SIGBUS, signal.SIGABRT, signal.SIGFPE, signal.SIGILL)


def find_unfinished(folder: Path) -> list[Path]:
    """Return the unfinished files in a folder whose writer has ended, sorted by name."""
    parts = sorted(Path(folder).glob(f'*{schema.PART_SUFFIX}'))
    return [part for part in parts if not _is_being_written(part)]


def workshop(part: Path) -> Path:
    """Return the folder in which an unfinished file is copied, for the holder of its lock."""
    return part.parent / f'{WORKSHOP}{part.name.removesuffix(schema.PART_SUFFIX)}'


def set_aside(part: Path, suffix: str) -> Path:
    """Rename an unfinished file to which nothing will be added, and give its room back."""
    name = part.name.removesuffix(schema.PART_SUFFIX)
    kept = part.rename(part.with_name(f'{name}{suffix}'))
    with suppress(OSError), kept.open('rb+') as file:
        give_room_back(file.fileno())
    return kept


def recover_folder(folder: Path) -> list[RecoveryReport]:
    """Recover every unfinished file whose writer has ended."""
    return [recover(part) for part in find_unfinished(folder)]


def recover(part: Path, time_limit: float | None = None, reason: str = '') -> RecoveryReport:
    """
    Copy what an unfinished file holds to `<name>.h5` beside it, and rename it `….recovered`.

    A process of its own does it: on a damaged file the HDF5 library may crash, or come to no end.
    A file that it cannot read, or that holds no readable frame, is renamed `….unreadable`; one
    that this version cannot judge, or for which there is no room, stays as it is.

    :param time_limit: for reading and copying [s]; by default as the size of the file demands
    :param reason: why it was not finished, as its recorder knew; '' when that was killed
    :raises EpisodeError: if it is still being written, or is no unfinished episode
    """
    part = Path(part)
    if not part.name.endswith(schema.PART_SUFFIX):
        raise EpisodeError(f'{part.name} is no unfinished episode (*{schema.PART_SUFFIX})')
    _sweep(part.parent)
    try:
        with _locked(part) as lock:
            size = os.fstat(lock).st_size
            time_limit = time_limit or STARTING_TIME + size / SLOWEST_BYTES
            return _recover(part, lock, time_limit, reason)
    except BlockingIOError as error:
        raise EpisodeError(f'{part.name} is being written: stop its recorder first') from error
    except OSError as error:
        return _kept(part, str(error))


def _recover(part: Path, lock: int, time_limit: float, reason: str) -> RecoveryReport:
    # The process holds the lock too, and ends itself, should this one be killed meanwhile. Its
    # own session keeps a Ctrl-C in the terminal from it: what was begun is finished.
    command = [sys.executable, '-m', f'{__package__}.recovery_copy', str(part)]
    process = subprocess.Popen(
        [*command, str(int(time_limit) + 1), reason],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        pass_fds=[lock],
        start_new_session=True,
    )
    with process:
        try:
            output, errors = process.communicate(timeout=time_limit)
        except subprocess.TimeoutExpired:
            process.kill()
            return _unreadable(part, f'reading it came to no end in {time_limit:.0f} s')
    if process.returncode == 0:
        return RecoveryReport.from_json(output.splitlines()[-1])
    if -process.returncode in CRASHES:
        name = signal.Signals(-process.returncode).name
        return _unreadable(part, f'the HDF5 library crashed on it ({name})')
    if process.returncode < 0:
        return _kept(part, f'recovery was ended by {signal.Signals(-process.returncode).name}')
    return _kept(part, (errors.strip().splitlines() or ['recovery failed'])[-1])


def _unreadable(part: Path, reason: str) -> RecoveryReport:
    shutil.rmtree(workshop(part), ignore_errors=True)
    kept = set_aside(part, schema.UNREADABLE_SUFFIX)
    text = f'{reason}; all its bytes are kept in {kept.name}, rename it {part.name} to try again'
    return RecoveryReport(kept, None, {}, 0, (text,))


def _kept(part: Path, reason: str) -> RecoveryReport:
    return RecoveryReport(part, None, {}, 0, (f'{reason}; the file is kept as it is',))


def _sweep(folder: Path) -> None:
    """Delete what recoveries left whose unfinished file is gone; the others do it themselves."""
    for left in folder.glob(f'{WORKSHOP}*'):
        name = left.name.removeprefix(WORKSHOP)
        if not (folder / f'{name}{schema.PART_SUFFIX}').exists():
            shutil.rmtree(left, ignore_errors=True)


@contextmanager
def _locked(part: Path) -> Iterator[int]:
    descriptor = os.open(part, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        if not part.exists():
            raise FileNotFoundError(f'{part.name} was recovered by another process meanwhile')
        yield descriptor
    finally:
        os.close(descriptor)


def _is_being_written(part: Path) -> bool:
    try:
        with _locked(part):
            return False
    except BlockingIOError:
        return True
    except OSError:
        return False
