# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""Verb `info`: what is in these episodes."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from collections.abc import Mapping
from typing import Any

from .exit_status import status_of, UNABLE
from .facts import Facts
from .inventory import plain, read_inventory, summarise
from .number_option import add_workers
from .output import add_json, print_json, print_lines, print_table, progress
from .selection import add_selection, select_files

SHOWN = 12
"""Lines of a kind that are shown without `--all`."""


def add_arguments(parser: ArgumentParser) -> None:
    """Declare the arguments."""
    add_selection(parser)
    add_json(parser)
    parser.add_argument('--each', action='store_true', help='show every episode in a line too')
    parser.add_argument('--all', action='store_true', help=f'show more than {SHOWN} of a kind')
    add_workers(parser)


def run(arguments: Namespace) -> int:
    """Print what there is; return 1 when a file cannot be read as it should, 2 when none can."""
    paths = select_files(arguments.paths, unfinished=True)
    with progress(len(paths), 'info') as bar:
        inventory = read_inventory(paths, workers=arguments.workers, advance=bar.update)
    summary = summarise(inventory)
    unsound = sum(bool(facts.fault) for facts in inventory)
    status = status_of(len(paths), summary['unreadable'], unsound)
    if arguments.json:
        each = [plain(facts, path) for facts, path in zip(inventory, paths, strict=True)]
        error = {'error': f'none of {len(paths)} files can be read'} if status == UNABLE else {}
        print_json({**error, 'summary': summary, 'episodes': each})
    else:
        if arguments.each:
            _print_each(inventory)
        _print(summary, inventory, None if arguments.all else SHOWN)
    return status


def _print_each(inventory: list[Facts]) -> None:
    columns = ['episode', 'frames', 'seconds', 'MB', 'outcome', 'scenario', 'instruction']
    rows = (
        [
            facts.name,
            next(iter(facts.frames.values()), 0),
            f'{facts.seconds:.1f}',
            f'{facts.size / 1e6:.2f}',
            facts.outcome,
            facts.scenario,
            facts.instruction,
        ]
        for facts in inventory
    )
    print_table(columns, rows, numbers=['frames', 'seconds', 'MB'])
    print_lines([''])


def _print(summary: Mapping[str, Any], inventory: list[Facts], shown: int | None) -> None:
    lines = [
        f'{summary["episodes"]} episodes, {summary["frames"]} frames, '
        f'{summary["hours"]:.2f} h, {summary["bytes"] / 1e6:.1f} MB',
    ]
    if summary['unreadable']:
        lines.append(f'{summary["unreadable"]} of {summary["files"]} files cannot be read')
    for camera, seen in summary['cameras'].items():
        sizes = ', '.join(f'{size} in {n}' for size, n in seen['sizes'].items()) or 'size not said'
        lines.append(f'camera {camera}: {seen["frames"]} frames, {sizes}')
    for what, unit in (('rate', 'Hz'), ('seconds', 's')):
        if spread := summary[what]:
            low, middle, high = spread.values()
            lines.append(f'{what}: {low:.4g} to {high:.4g} {unit}, median {middle:.4g}')
    for what in ('layouts', 'outcomes', 'action_types'):
        named = ', '.join(f'{name} {n}' for name, n in summary[what].items() if n)
        lines.append(f'{what.replace("_", " ")}: {named or "none"}')
    lines.append(
        f'{summary["commands"]} commands; the robot moves in {summary["moving_share"]:.0%}'
    )
    print_lines(lines)
    figures = ('mean', 'spread', 'lowest', 'highest')
    print_table(
        ['velocity', *figures, 'unit'],
        [
            [name, *(f'{values[key]:+.3f}' for key in figures), values['unit']]
            for name, values in summary['velocities'].items()
        ],
        numbers=figures,
    )
    for what in ('scenarios', 'instructions'):
        rows = list(summary[what].items())
        print_table([what, 'episodes'], rows[:shown], numbers=['episodes'])
        if shown is not None and len(rows) > shown:
            print_lines([f'… and {len(rows) - shown} more {what}: --all shows them'])
    faults = [f'{facts.name}: {facts.fault}' for facts in inventory if facts.fault]
    print_lines([*faults[:shown], *([f'{len(faults)} such files'] if len(faults) > 1 else [])])
