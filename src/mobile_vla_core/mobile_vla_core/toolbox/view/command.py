# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""Verb `view`."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from collections.abc import Callable
from pathlib import Path
import sys
from typing import Any

from ...episodes import Episode, schema
from ...errors import ConfigError, MobileVlaError
from ...images import use_one_thread
from ..new_output import new_output
from ..output import add_json, print_json, print_lines, progress
from ..selection import add_selection, select_files

LOOPBACK = '127.0.0.1'
PORT = 8460


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
    parser.add_argument('--frames', type=int, default=24, help='of the sheet; default: 24')
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
    """Write what is asked of every episode, a sheet and a plot by default; 1 if one failed."""
    if arguments.frames < 1:
        raise ConfigError(f'--frames must be at least 1, found {arguments.frames}')
    use_one_thread()
    writers = _writers(arguments)
    arguments.output.mkdir(parents=True, exist_ok=True)
    paths = select_files(arguments.paths, unfinished=True)
    written, failed = [], []
    with progress(len(paths), 'view') as bar:
        for path in paths:
            try:
                written += _write(path, writers, arguments)
            except MobileVlaError as error:
                named = str(error) if path.name in str(error) else f'{path.name}: {error}'
                failed.append({'episode': path, 'error': named})
            bar.update()
    if arguments.json:
        print_json({'written': written, 'failed': failed})
    else:
        print_lines(str(target) for target in written)
        for failure in failed:
            print(f'episodes view: {failure["error"]}', file=sys.stderr)
    return 1 if failed else 0


def _write(path: Path, writers: dict[str, Callable], arguments: Namespace) -> list[Path]:
    stem = path.name.removesuffix(schema.PART_SUFFIX).removesuffix(path.suffix)
    written = []
    with Episode(path) as episode:
        for suffix, writer in writers.items():
            target = arguments.output / f'{stem}{suffix}'
            with new_output(target, overwrite=arguments.overwrite) as draft:
                writer(episode, draft)
            written.append(target)
    return written


def _writers(arguments: Namespace) -> dict[str, Callable[[Episode, Path], Any]]:
    """Return what writes a file, by its suffix; matplotlib is imported only when it draws."""
    everything = not (arguments.sheet or arguments.plot or arguments.film)
    writers: dict[str, Callable[[Episode, Path], Any]] = {}
    if arguments.sheet or everything:
        from .contact_sheet import contact_sheet

        writers['.sheet.png'] = lambda episode, target: contact_sheet(
            episode, arguments.frames, arguments.camera
        ).savefig(target)
    if arguments.plot or everything:
        from .action_plot import action_plot

        writers['.plot.png'] = lambda episode, target: action_plot(episode).savefig(target)
    if arguments.film:
        from .film import write_film

        writers['.mp4'] = lambda episode, target: write_film(episode, target, arguments.camera)
    return writers
