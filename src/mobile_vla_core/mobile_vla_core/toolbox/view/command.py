# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""Verb `view`."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from pathlib import Path

from ..each_file import do_each, tell
from ..exit_status import status_of
from ..new_output import new_folder
from ..number_option import count
from ..optional_library import need
from ..output import add_json, print_json, print_lines
from ..selection import add_selection, select_files
from .picture_files import FILM, PictureFiles, PLOT, SHEET

LOOPBACK = '127.0.0.1'
PORT = 8460
LEAST_TIME = 60.0
"""For the pictures of an episode [s]."""
SLOWEST_BYTES = 100_000
"""An episode that is drawn slower than this has no end [bytes/s]."""


def add_arguments(parser: ArgumentParser) -> None:
    """Declare the arguments of the verb."""
    add_selection(parser)
    add_json(parser)
    parser.add_argument('--sheet', action='store_true', help='write NAME.sheet.png: the frames')
    parser.add_argument('--plot', action='store_true', help='write NAME.plot.png: the commands')
    parser.add_argument(
        '--film', action='store_true', help='write NAME.mp4: the frames with the command drawn in'
    )
    parser.add_argument(
        '--output', type=Path, default=Path('.'), help='folder to write to; default: this one'
    )
    parser.add_argument('--overwrite', action='store_true', help='replace what is there')
    parser.add_argument('--camera', help='default: the primary one')
    parser.add_argument('--frames', type=count, default=24, help='of the sheet; default: 24')
    serve = parser.add_argument_group('a page to browse a folder')
    serve.add_argument('--serve', action='store_true', help='serve it until Ctrl-C')
    serve.add_argument(
        '--host', default=LOOPBACK, help=f'address to bind to; default: {LOOPBACK}, this machine'
    )
    serve.add_argument('--port', type=int, default=PORT, help=f'0: any; default: {PORT}')
    serve.add_argument('--read-only', action='store_true', help='allow no edit')
    serve.add_argument('--no-check', action='store_true', help='do not look for findings')


def run(arguments: Namespace) -> int:
    """Write pictures, or serve a page; return the exit status."""
    if arguments.serve:
        from .serve import serve

        return serve(arguments)
    return write_pictures(arguments)


def write_pictures(arguments: Namespace) -> int:
    """Write what is asked of every episode, a sheet and a plot by default."""
    paths = select_files(arguments.paths, unfinished=True)
    wanted = {SHEET: arguments.sheet, PLOT: arguments.plot, FILM: arguments.film}
    suffixes = tuple(suffix for suffix, asked in wanted.items() if asked) or (SHEET, PLOT)
    if FILM in suffixes:
        need('av', 'av', 'a film')
    files = PictureFiles(
        suffixes, arguments.output, arguments.overwrite, arguments.frames, arguments.camera
    )
    with new_folder(arguments.output):
        written, failed = do_each(paths, files, 'view', time_limit)
    targets = [target for each in written.values() for target in each]
    if arguments.json:
        failures = [{'episode': path, 'error': text} for path, text in failed.items()]
        print_json({'written': targets, 'failed': failures})
    else:
        print_lines(map(str, targets))
        tell(failed, 'episodes view: ')
    return status_of(len(paths), len(failed))


def time_limit(path: Path) -> float:
    """Return how long the pictures of an episode may take [s]."""
    return LEAST_TIME + path.stat().st_size / SLOWEST_BYTES
