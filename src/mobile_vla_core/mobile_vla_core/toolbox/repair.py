# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""Verb `repair`: copy what is readable of damaged and unfinished episodes to new files."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
import fcntl
from pathlib import Path

from ..episodes import schema
from ..errors import EpisodeError, MobileVlaError
from .output import add_json, print_json, print_lines, progress
from .salvage.salvage_process import salvage
from .salvage.salvage_report import SalvageReport
from .selection import add_selection, select_files

OUTPUT = 'repaired'
LOST, UNABLE = 1, 2


def add_arguments(parser: ArgumentParser) -> None:
    """Declare the arguments."""
    parser.epilog = (
        'The files themselves are only read. Exit status: 0 when nothing is lost, 1 when '
        'something is, 2 when nothing could be recovered of a file.'
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
    status = 0
    documents = []
    with progress(len(paths), 'repair') as bar:
        for path in paths:
            try:
                report = _repair(path, arguments.output or path.parent / OUTPUT)
            except MobileVlaError as error:
                document, lines, result = {'source': str(path), 'error': str(error)}, [], UNABLE
                lines = [f'{path.name}: {error}']
            else:
                document, lines, result = report.to_dict(), report.lines, _status(report)
            documents.append(document)
            status = max(status, result)
            if not arguments.json:
                print_lines(lines)
            bar.update()
    if arguments.json:
        print_json({'files': documents})
    return status


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


def _status(report: SalvageReport) -> int:
    if report.sound:
        return 0
    if report.target is None:
        return UNABLE
    return LOST if report.lost or report.raw else 0
