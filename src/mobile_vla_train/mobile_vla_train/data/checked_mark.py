# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""One process of a machine checks a cache for all that were started with it."""

from __future__ import annotations

from contextlib import suppress
import os
from pathlib import Path
import platform

MARK = 'checked_on_'
"""Beginning of the mark's name; the machine follows, as several may share a cache."""
LAUNCH = 'MOBILE_VLA_LAUNCH'
"""Variable of the environment in which a process tells its children who started the run."""


class CheckedMark:
    """
    Says in a cache that a process of the same launch has read all of it and found it whole.

    Another launch checks again: a disk may lose what it held yesterday.

    :param home: folder of the frames
    """

    def __init__(self, home: Path) -> None:
        self._path = home / f'{MARK}{platform.node()}'
        own = _name(os.getpid())
        if _parent_starts_all():
            self._launch = _name(os.getppid())
        else:
            self._launch = os.environ.get(LAUNCH, own)
        self._alone = self._launch == own

    def is_set(self) -> bool:
        """Return whether another process of this launch has checked."""
        try:
            return not self._alone and self._path.read_text(encoding='utf-8') == self._launch
        except OSError:
            return False

    def set(self) -> None:
        """Note that this process has."""
        with suppress(OSError):  # the others then check themselves
            self._path.write_text(self._launch, encoding='utf-8')


def tell_children() -> None:
    """Let processes that this one starts for its run trust what it has checked."""
    os.environ.setdefault(LAUNCH, _name(os.getpid()))


def _parent_starts_all() -> bool:
    """Return whether torchrun or SLURM started this process, and with it those beside it."""
    return 'TORCHELASTIC_RUN_ID' in os.environ or int(os.environ.get('SLURM_NTASKS', '1')) > 1


def _name(process: int) -> str:
    """Return what no other process has, before or after: its number and when it began."""
    try:
        status = Path(f'/proc/{process}/stat').read_text(encoding='utf-8')
    except OSError:
        return f'{process}'
    return f'{process} {status.rpartition(")")[2].split()[19]}'
