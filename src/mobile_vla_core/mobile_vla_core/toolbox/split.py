# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""Verb `split`: which episodes train and which validate, by whole episode, as training does it."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from collections import Counter
from pathlib import Path

from ..episodes.split import make_split, read_scenario, Split, SPLIT_FILE
from ..errors import EpisodeError
from .each_file import read_each
from .exit_status import status_of
from .new_output import new_folder
from .output import add_json, print_json, print_lines, print_table
from .selection import add_selection, select_files


def add_arguments(parser: ArgumentParser) -> None:
    """Declare the arguments."""
    add_selection(parser)
    add_json(parser)
    parser.add_argument(
        '--fraction',
        type=float,
        default=0.1,
        help='share of the episodes for validation, at most 0.5 (default: %(default)s)',
    )
    parser.add_argument(
        '--seed', type=int, default=1, help='decides the choice (default: 1, as of training)'
    )
    parser.add_argument(
        '--output',
        type=Path,
        metavar='DIR',
        help=f'write {SPLIT_FILE} to this folder: a run folder of training takes it as it is',
    )
    parser.add_argument('--overwrite', action='store_true', help=f'replace a {SPLIT_FILE}')


def run(arguments: Namespace) -> int:
    """Split, save, print."""
    if not 0.0 < arguments.fraction <= 0.5:
        raise EpisodeError(f'--fraction {arguments.fraction}: expected more than 0, at most 0.5')
    paths = select_files(arguments.paths)
    if len({path.name for path in paths}) < len(paths):
        raise EpisodeError('two of the episodes have the same file name: rename one of them')
    found, faults = read_each(paths, read_scenario, 'split')
    scenarios = {path.name: scenario for path, scenario in found.items()}
    split = make_split(scenarios, arguments.fraction, arguments.seed)
    saved = _save(split, arguments) if arguments.output else None
    if arguments.json:
        print_json(
            {
                'train': split.train,
                'validation': split.validation,
                'scenarios': scenarios,
                'saved': saved,
                'left_out': {path.name: fault for path, fault in faults.items()},
            }
        )
        return status_of(len(paths), len(faults))
    sides = {name: Counter(scenarios[n] for n in getattr(split, name)) for name in vars(split)}
    print_table(
        ['scenario', 'train', 'validation'],
        [
            [scenario or '(none)', sides['train'][scenario], sides['validation'][scenario]]
            for scenario in sorted(set(scenarios.values()))
        ],
        numbers=['train', 'validation'],
    )
    print_lines([f'{len(split.train)} train, {len(split.validation)} validate'])
    if saved is None:
        print_lines(['validation:', *split.validation, f'--output DIR writes {SPLIT_FILE}'])
    else:
        print_lines([f'written to {saved}'])
    return status_of(len(paths), len(faults))


def _save(split: Split, arguments: Namespace) -> Path:
    folder = arguments.output
    if (folder / SPLIT_FILE).exists() and not arguments.overwrite:
        raise EpisodeError(f'{folder / SPLIT_FILE} exists: --overwrite replaces it')
    with new_folder(folder):
        return split.save(folder)
