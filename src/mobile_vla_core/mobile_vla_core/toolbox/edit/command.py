# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""
Verb `edit`: cut, join and relabel episodes.

New files are written to a folder `edited` beside each file, or to --output; --in-place puts
them in the place of the originals, which `edit undo` brings back. Every new file tells in its
events what was done; stamps stay as they were recorded.
"""

from __future__ import annotations

from argparse import ArgumentParser, Namespace, RawDescriptionHelpFormatter
from collections.abc import Callable
from pathlib import Path
import shutil
import time
from typing import Any

from ...episodes import Episode, schema
from ...episodes.relabel import Labels, relabel
from ...episodes.segments import Segment, write_segments
from ...errors import EpisodeError, MobileVlaError
from ..checks.file_fault import fault_text
from ..exit_status import status_of
from ..new_output import new_folder, new_output
from ..number_option import duration
from ..output import add_json, print_json, print_lines, progress
from ..selection import select_files
from ..view.journal import Journal
from .destination import Destination
from .frame_choice import (
    driven_ranges,
    frame_range,
    moving_ranges,
    Range,
    split_ranges,
    time_range,
)
from .merge import merge
from .past import Answer, history, lines, undo
from .soundness import refuse_unfinished, refuse_unsound

IDLE_SECONDS = 3.0


def add_arguments(parser: ArgumentParser) -> None:
    """Declare the edits and their arguments."""
    parser.description = __doc__
    parser.formatter_class = RawDescriptionHelpFormatter
    edits = parser.add_subparsers(dest='edit', required=True, metavar='EDIT')

    trim = _add(edits, 'trim', 'keep some successive frames')
    _frames_or_seconds(trim)
    split = _add(edits, 'split', 'make several episodes of one', in_place=False)
    places = split.add_mutually_exclusive_group(required=True)
    places.add_argument('--at', type=int, nargs='+', metavar='FRAME', help='a piece begins here')
    places.add_argument('--every', type=int, metavar='FRAMES', help='length of a piece')
    merge = _add(edits, 'merge', 'make one episode of several, in order of time', in_place=False)
    merge.add_argument(
        '--name', required=True, help='of the new episode: letters, digits and signs'
    )
    label = _add(edits, 'set', 'give other labels')
    label.add_argument('--instruction')
    label.add_argument('--scenario')
    label.add_argument('--outcome', choices=schema.OUTCOMES)
    idle = _add(edits, 'drop-idle', 'leave out long times of standing still')
    idle.add_argument(
        '--longer-than',
        type=duration,
        default=IDLE_SECONDS,
        metavar='SECONDS',
        help='shorter ones stay (default: %(default)s)',
    )
    stop = _add(edits, 'drop-stop', 'leave out STOPs that a recorder added at the ends')
    stop.add_argument(
        '--every', action='store_true', help='all STOPs before the first motion and after the last'
    )
    delete = edits.add_parser('delete', help='move episodes away; undo brings them back')
    text = 'take back the last edit of a file, or what the last command did in a folder'
    undo = edits.add_parser('undo', help=text, description=text)
    undo.add_argument('--number', type=int, help='only this edit, as history prints it')
    history = edits.add_parser('history', help='print what was done to episodes')
    history.add_argument('--all', action='store_true', help='list also those as recorded')
    for below in (delete, undo, history):
        below.add_argument('paths', nargs='+', type=Path, metavar='DIR|FILE')
        add_json(below)


def _add(edits: Any, name: str, text: str, in_place: bool = True) -> ArgumentParser:
    parser = edits.add_parser(name, help=text, description=text)
    parser.add_argument('paths', nargs='+', type=Path, metavar='DIR|FILE')
    parser.add_argument('--output', type=Path, metavar='DIR', help='folder for the new files')
    parser.set_defaults(in_place=False)
    if in_place:
        parser.add_argument('--in-place', action='store_true', help='replace the originals')
    add_json(parser)
    return parser


def _frames_or_seconds(parser: ArgumentParser) -> None:
    choice = parser.add_mutually_exclusive_group(required=True)
    choice.add_argument('--frames', metavar='FIRST:LAST', help='both included: 10:49, 10: or :-5')
    choice.add_argument(
        '--seconds',
        metavar='START:END',
        help='after the first frame, END not included: 1.5:6.0, 2:',
    )


def run(arguments: Namespace) -> int:
    """Edit the files and say what became of each."""
    now = time.time()
    if arguments.edit == 'history':
        return _report(arguments, history(arguments.paths))
    if arguments.edit == 'undo':
        return _report(arguments, undo(arguments.paths, arguments.number))
    paths = select_files(arguments.paths)
    refuse = refuse_unfinished if arguments.edit == 'delete' else refuse_unsound
    refused = refuse(paths)
    if arguments.edit == 'merge':
        for path, text in refused.items():
            raise EpisodeError(f'{path.name}: {text}')
        return _report(arguments, [_merge(arguments, paths, now)])
    answers = []
    with progress(len(paths), f'edit {arguments.edit}') as bar:
        for path in paths:
            answer: Answer = {'source': str(path)}
            try:
                if path in refused:
                    answer['error'] = refused[path]
                else:
                    answer = EDITS[arguments.edit](arguments, path, now)
            except MobileVlaError as error:
                answer['error'] = fault_text(path, error)
            answers.append(answer)
            bar.update()
    return _report(arguments, answers)


def _report(arguments: Namespace, answers: list[Answer]) -> int:
    failed = [answer for answer in answers if 'error' in answer]
    if arguments.json:
        print_json({'edit': arguments.edit, 'files': answers})
    elif arguments.edit == 'history':
        named = any(path.is_file() for path in arguments.paths)
        print_lines(lines(answers, all_files=arguments.all or named))
    else:
        print_lines(map(_line, answers))
    return status_of(len(answers), len(failed))


def _line(answer: Answer) -> str:
    targets = ''.join(f' -> {target}' for target in answer.get('targets', []))
    said = answer.get('error') or f'{answer["text"]}{targets}'
    return f'{Path(answer["source"]).name}: {said}'


def _cut(
    arguments: Namespace,
    path: Path,
    now: float,
    choose: Callable[[Episode], list[Range]],
) -> Answer:
    """Write the frames that `choose` keeps to one new episode."""
    with Episode(path) as episode:
        ranges, total = choose(episode), len(episode)
        kept = sum(last - first + 1 for first, last in ranges)
        if kept == total:
            return {'source': str(path), 'text': 'all frames stay: nothing to do', 'targets': []}
        if kept == 0:
            raise EpisodeError(f'{path.name}: no frame would be left; delete it instead')
        named = ', '.join(f'{first}-{last}' for first, last in ranges)
        text = f'{arguments.edit}: kept {kept} of {total} frames: {named}'
        segments = [Segment(episode, *each) for each in ranges]
        name = path.name.removesuffix(schema.SUFFIX)
        target = Destination(arguments.output, arguments.in_place, now).put(
            arguments.edit,
            path,
            text,
            lambda folder: write_segments(segments, folder, name, now, text),
        )
    return {'source': str(path), 'text': text, 'targets': [str(target)]}


def _trim(arguments: Namespace, path: Path, now: float) -> Answer:
    def choose(episode: Episode) -> list[Range]:
        if arguments.frames is not None:
            return [frame_range(arguments.frames, len(episode))]
        return [time_range(arguments.seconds, episode.stamps())]

    return _cut(arguments, path, now, choose)


def _drop_idle(arguments: Namespace, path: Path, now: float) -> Answer:
    return _cut(arguments, path, now, lambda e: moving_ranges(e, arguments.longer_than))


def _drop_stop(arguments: Namespace, path: Path, now: float) -> Answer:
    return _cut(arguments, path, now, lambda e: driven_ranges(e, arguments.every))


def _split(arguments: Namespace, path: Path, now: float) -> Answer:
    with Episode(path) as episode:
        ranges = split_ranges(arguments.at or [], arguments.every, len(episode))
        name, targets = path.name.removesuffix(schema.SUFFIX), []
        with new_folder(Destination(arguments.output, False, now).folder(path)) as folder:
            for number, (first, last) in enumerate(ranges, start=1):
                text = f'split: frames {first} to {last} of {len(episode)} of {path.name}'
                segment = Segment(episode, first, last)
                targets.append(write_segments([segment], folder, f'{name}_{number}', now, text))
    text = f'split into {len(ranges)} episodes'
    return {'source': str(path), 'text': text, 'targets': [str(t) for t in targets]}


def _merge(arguments: Namespace, paths: list[Path], now: float) -> Answer:
    folder = Destination(arguments.output, False, now).folder(paths[0])
    target, text = merge(paths, folder, arguments.name, now)
    return {'source': str(paths[0]), 'text': text, 'targets': [str(target)]}


def _set(arguments: Namespace, path: Path, now: float) -> Answer:
    labels = Labels(arguments.instruction, arguments.scenario, arguments.outcome)
    given = {key: value for key, value in vars(labels).items() if value is not None}
    text = 'set ' + ', '.join(f'{key} "{value}"' for key, value in given.items())

    def write(folder: Path) -> Path:
        target = folder / path.name
        if target.exists():
            raise EpisodeError(f'{target} exists already: move it, or choose another --output')
        with new_output(target) as draft:
            shutil.copyfile(path, draft)
            relabel(draft, labels, now)
        return target

    destination = Destination(arguments.output, arguments.in_place, now)
    target = destination.put('set', path, text, write)
    return {'source': str(path), 'text': text, 'targets': [str(target)]}


def _delete(arguments: Namespace, path: Path, now: float) -> Answer:
    edit = Journal(path.parent).discard(path, 'deleted', now)
    text = f'deleted; `episodes edit undo {path.parent} --number {edit.number}` brings it back'
    return {'source': str(path), 'text': text, 'number': edit.number, 'targets': []}


EDITS: dict[str, Callable[[Namespace, Path, float], Answer]] = {
    'trim': _trim,
    'split': _split,
    'set': _set,
    'drop-idle': _drop_idle,
    'drop-stop': _drop_stop,
    'delete': _delete,
}
