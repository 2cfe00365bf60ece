# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""Salvage in a process of its own, because the HDF5 library may crash on a file or hang."""

from __future__ import annotations

import json
import os
from pathlib import Path
import selectors
import shutil
import signal
import subprocess
import sys
import time

from ...episodes import schema
from ...episodes.damage import READ_ERRORS, reason
from ...episodes.part_file import sync_folder, write_error_text
from ...errors import EpisodeError, MobileVlaError, SchemaMismatchError
from ..new_output import new_folder
from .salvage_copy import new_name, SalvageCopy
from .salvage_report import SalvageReport

PATIENCE = 10.0
"""A process that goes so long without progress hangs [s]."""
STARTING = 60.0
"""A process may take so long to begin, on a busy machine [s]."""
BEAT = 0.5
"""Progress is told so often at most [s]."""
WORKSHOP = '.salvage_'
WITHOUT_LIBRARY = '--without-library'


def salvage(source: Path, output: Path) -> SalvageReport:
    """
    Write what is left of a file to `<output>/<name>.h5`; the file itself is only read.

    :param output: a folder, created when absent
    :raises SchemaMismatchError: if it is a file of another layout
    :raises EpisodeError: if it cannot be read at all, or the new file exists or has no room
    """
    target = output / f'{new_name(source)}{schema.SUFFIX}'
    if target.exists():
        raise EpisodeError(f'{target} exists already: move it, or give another --output')
    try:
        with source.open('rb') as file:
            file.read(1)
    except OSError as error:
        raise EpisodeError(f'{source}: {error.strerror}') from error
    with new_folder(output):
        workshop = output / f'{WORKSHOP}{target.name}'
        shutil.rmtree(workshop, ignore_errors=True)
        workshop.mkdir()
    try:
        report, failure = _attempt(source, workshop)
        if report is None:
            shutil.rmtree(workshop)
            workshop.mkdir()
            report, second = _attempt(source, workshop, WITHOUT_LIBRARY)
            if report is None:
                raise EpisodeError(f'{source.name}: {failure}; without the library: {second}')
            report.notes.insert(0, failure)
        if report.target is not None:
            # A link refuses what a rename would overwrite.
            os.link(report.target, target)
            sync_folder(output)
            report.target = target
    except OSError as error:
        raise EpisodeError(f'{target} cannot be written: {error.strerror}') from error
    finally:
        shutil.rmtree(workshop, ignore_errors=True)
    return report


def _attempt(source: Path, workshop: Path, *options: str) -> tuple[SalvageReport | None, str]:
    """Return the report, or why there is none."""
    said = workshop / 'stderr'
    with said.open('wb') as stderr:
        process = subprocess.Popen(
            [sys.executable, '-m', __name__, str(source), str(workshop), *options],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=stderr,
        )
    lines, ended = b'', False
    with process, selectors.DefaultSelector() as selector:
        selector.register(process.stdout, selectors.EVENT_READ)
        while not ended:
            if not selector.select(PATIENCE if lines else STARTING):
                process.kill()
                return None, f'reading it came to no end: {PATIENCE:.0f} s without progress'
            content = os.read(process.stdout.fileno(), 65536)
            ended, lines = not content, lines + content
    if process.returncode < 0:
        name = signal.Signals(-process.returncode).name
        return None, f'the HDF5 library crashed on it ({name})'
    if process.returncode > 0:
        return None, (said.read_text(errors='replace').splitlines() or ['it failed'])[-1]
    answer = json.loads(lines.splitlines()[-1])
    if 'mismatch' in answer:
        raise SchemaMismatchError(answer['mismatch'])
    if 'error' in answer:
        return None, answer['error']
    return SalvageReport.from_json(json.dumps(answer)), ''


class _Beat:
    """Tells progress on stdout, and ends this process when it hangs and nobody else does."""

    def __init__(self) -> None:
        self._next = 0.0

    def __call__(self) -> None:
        now = time.monotonic()
        if now >= self._next:
            print(flush=True)
            signal.alarm(2 * int(PATIENCE))
            self._next = now + BEAT


def main() -> int:
    """Salvage the file of the first argument into the folder of the second."""
    source, folder = map(Path, sys.argv[1:3])
    beat = _Beat()
    beat()
    try:
        copy = SalvageCopy(source, folder, beat, WITHOUT_LIBRARY not in sys.argv)
        answer = copy.run().to_dict()
    except SchemaMismatchError as error:
        answer = {'mismatch': str(error)}
    except (MobileVlaError, *READ_ERRORS) as error:
        text = str(error) if isinstance(error, MobileVlaError) else reason(error)
        answer = {'error': write_error_text(error) if isinstance(error, OSError) else text}
    print(json.dumps(answer), flush=True)
    return 0


if __name__ == '__main__':
    sys.exit(main())
