# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""Do one thing with every file; one with which it cannot be done does not end the others."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
import sys
from typing import Any

from ..episodes.damage import READ_ERRORS
from ..errors import EpisodeError, MobileVlaError
from .checks.file_fault import fault_text, finding_text, work_fault
from .output import printable, progress
from .worker_pool import Failure, file_time_limit, WorkerPool


def do_each(
    paths: Sequence[Path],
    work: Callable[[Path], Any],
    verb: str,
    time_limit: Callable[[Path], float] = file_time_limit,
) -> tuple[dict[Path, Any], dict[Path, str]]:
    """
    Return what `work` gives for each file, in order, and why it gives nothing for others.

    Each is worked on in a process that may crash or hang.

    :param work: may be sent to another process
    :param verb: for the bar
    :param time_limit: for a file [s]
    """
    outcomes: dict[int, tuple[Any, str]] = {}
    with progress(len(paths), verb) as bar:
        for number, outcome in WorkerPool(_Work(work), time_limit=time_limit).map(paths):
            if isinstance(outcome, Failure):
                outcome = None, finding_text(work_fault(paths[number].name, outcome))
            outcomes[number] = outcome
            bar.update()
    ordered = [(paths[number], *outcomes[number]) for number in sorted(outcomes)]
    done = {path: value for path, value, fault in ordered if not fault}
    return done, {path: fault for path, _, fault in ordered if fault}


def read_each(
    paths: Sequence[Path], read: Callable[[Path], Any], verb: str
) -> tuple[dict[Path, Any], dict[Path, str]]:
    """
    Do the same, and tell on stderr what cannot be read.

    :raises EpisodeError: if nothing can be read
    """
    found, faults = do_each(paths, read, verb)
    tell(faults, f'episodes {verb}: left out: ')
    if not found:
        raise EpisodeError(f'none of {len(paths)} files can be used')
    return found, faults


def tell(faults: Mapping[Path, str], begin: str) -> None:
    """Print a line for each file on stderr."""
    for path, fault in faults.items():
        print(printable(f'{begin}{path.name}: {fault}'), file=sys.stderr)


class _Work:
    """Gives a result, or why there is none."""

    def __init__(self, work: Callable[[Path], Any]) -> None:
        self._work = work

    def __call__(self, path: Path) -> tuple[Any, str]:
        try:
            return self._work(path), ''
        except (MobileVlaError, *READ_ERRORS) as error:
            return None, fault_text(path, error)
