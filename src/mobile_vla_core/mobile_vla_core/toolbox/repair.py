# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""Verb `repair`: copy what is readable of damaged and unfinished episodes to new files."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
import fcntl
from pathlib import Path

from ..episodes import schema
from ..errors import EpisodeError, MobileVlaError
from .checks.file_fault import without_name
from .exit_status import status_of
from .output import add_json, print_json, print_lines, progress
from .salvage.salvage_process import salvage
from .salvage.salvage_report import SalvageReport
from .selection import add_selection, select_files

OUTPUT = 'repaired'


def add_arguments(parser: ArgumentParser) -> None:
    """Declare the arguments."""
    parser.epilog = (
        'The files themselves are only read. Exit status: 0 when nothing is lost, 1 when '
        'something is, 2 when nothing could be recovered at all.'
    )
    add_selection(parser)
    parser.add_argument(
        '--output',
        type=Path,
        metavar='DIR',
        help=f'folder for the new files (default: {OUTPUT}/ beside each file)',
    )
    add_json(parser)


def run(arguments: Namespace) -> int:
    """Repair each file and say what became of it."""
    paths = select_files(arguments.paths, unfinished=True)
    documents, failed, lost = [], 0, 0
    with progress(len(paths), 'repair') as bar:
        for path in paths:
            try:
                report = _repair(path, arguments.output or path.parent / OUTPUT)
            except MobileVlaError as error:
                document = {'source': str(path), 'error': without_name(path, error)}
                lines = [f'{path.name}: {document["error"]}']
                failed += 1
            else:
                document, lines = report.to_dict(), report.lines
                failed += not report.sound and report.target is None
                lost += report.is_lossy
            documents.append(document)
            if not arguments.json:
                print_lines(lines)
            bar.update()
    if arguments.json:
        print_json({'files': documents})
    return status_of(len(paths), failed, lost)


def _repair(path: Path, output: Path) -> SalvageReport:
    if path.name.endswith(schema.PART_SUFFIX) and _is_locked(path):
        raise EpisodeError(f'{path.name} is being written: stop its recorder first')
    return salvage(path, output)


def _is_locked(path: Path) -> bool:
    try:
        with path.open('rb') as file:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except OSError:
        return False
    return False
