# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""Verb `stats`: scale and limits of the actions, as training takes them from these episodes."""

from __future__ import annotations

from argparse import ArgumentParser, BooleanOptionalAction, Namespace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..action_space import ACTION_NAMES, ACTION_UNITS, ActionCodec, mirror_actions, VELOCITY_DIM
from ..episodes.labels import Labels, labels_of, Recording
from ..episodes.split import load_split, SPLIT_FILE
from ..errors import EpisodeError
from .each_file import read_each
from .exit_status import status_of
from .number_option import duration_or_zero
from .output import add_json, print_json, print_lines, print_table
from .selection import add_selection, select_files

PERCENTILES = (1, 50, 99)
REMEDY = 'give the episodes that were split, or split these: `episodes split … --output DIR`'


def add_arguments(parser: ArgumentParser) -> None:
    """Declare the arguments."""
    add_selection(parser)
    add_json(parser)
    parser.add_argument(
        '--split',
        type=Path,
        metavar='DIR',
        help=f'take only the training episodes of the {SPLIT_FILE} in this folder',
    )
    parser.add_argument(
        '--mirror',
        action=BooleanOptionalAction,
        default=True,
        help='count the mirrored actions too, as training with augmentation.mirror > 0 does '
        '(default: yes)',
    )
    parser.add_argument('--camera', default='', help='default: the primary one of the episodes')
    parser.add_argument(
        '--step-period',
        type=duration_or_zero,
        default=0.0,
        metavar='SECONDS',
        help="of training, its data.step_period; 0, the default: the episodes' own",
    )


def run(arguments: Namespace) -> int:
    """Print the statistics."""
    paths = select_files(arguments.paths)
    found, faults = read_each(paths, RecordingReader(arguments.camera), 'stats')
    labels = labels_of(list(found.values()), arguments.step_period)
    actions = _chosen(labels, [path.name for path in found], arguments.split)
    shown = np.concatenate([actions, mirror_actions(actions)]) if arguments.mirror else actions
    codec = ActionCodec.from_actions(shown)
    content = {
        'rows': len(actions),
        'step_period': labels.step_period,
        'camera': labels.camera,
        'mirrored': arguments.mirror,
        'codec': codec.to_dict(),
        'fingerprint': codec.fingerprint,
        'velocities': {
            ACTION_NAMES[i]: _figures(shown[:, i].astype(np.float64), i)
            for i in range(VELOCITY_DIM)
        },
        'data_fingerprint': labels.data_fingerprint,
        'left_out': {path.name: fault for path, fault in faults.items()},
    }
    if arguments.json:
        print_json(content)
    else:
        _print(content, codec)
    return status_of(len(paths), len(faults))


class RecordingReader:
    """Reads the labels of one camera of an episode; '' is the primary one."""

    def __init__(self, camera: str) -> None:
        self._camera = camera

    def __call__(self, path: Path) -> Recording:
        return Recording.of(path, self._camera)


def _chosen(labels: Labels, names: list[str], folder: Path | None) -> NDArray[np.float32]:
    if folder is None:
        return labels.actions
    split = load_split(folder, names, REMEDY)
    if split is None:
        raise EpisodeError(f'{folder / SPLIT_FILE} does not exist: `episodes split` writes it')
    training = set(split.train)
    return np.concatenate([labels.actions[e.rows] for e in labels.episodes if e.name in training])


def _figures(values: NDArray[np.float64], axis: int) -> dict[str, Any]:
    return {
        'unit': ACTION_UNITS[axis],
        'mean': float(values.mean()),
        'spread': float(values.std()),
        'root_mean_square': float(np.sqrt(np.mean(values**2))),
        'lowest': float(values.min()),
        'highest': float(values.max()),
        **{f'percentile_{p}': float(np.percentile(values, p)) for p in PERCENTILES},
    }


def _print(content: dict[str, Any], codec: ActionCodec) -> None:
    rows = []
    for i, (name, figures) in enumerate(content['velocities'].items()):
        low, high = codec.limits[i]
        values = (figures['mean'], figures['spread'], low, high)
        rows.append([name, f'{codec.scale[i]:g}', *(f'{v:+.4f}' for v in values), figures['unit']])
    columns = ['velocity', 'scale', 'mean', 'spread', 'lowest', 'highest', 'unit']
    print_table(columns, rows, numbers=columns[1:-1])
    print_lines(
        [
            f'{content["rows"]} rows, one every {content["step_period"]:.3f} s'
            + (', and their mirror images' if content['mirrored'] else ''),
            f'fingerprint {content["fingerprint"]}',
        ]
    )
