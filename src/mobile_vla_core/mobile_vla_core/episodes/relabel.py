# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""Change what was said about an episode, never what was recorded."""

from __future__ import annotations

from dataclasses import dataclass
import os
from pathlib import Path
import shutil

import h5py
import numpy as np

from ..errors import EpisodeError, InstructionError
from . import schema
from .part_file import sync_folder
from .reader import Episode

BLOCK_BYTES = 16 * 1024 * 1024


@dataclass(frozen=True)
class Labels:
    """What a person says about an episode; None keeps what there is."""

    instruction: str | None = None
    scenario: str | None = None
    outcome: str | None = None


def relabel(path: Path, labels: Labels, stamp: float = 0.0) -> Labels:
    """
    Give a finished episode other labels; return those that it had.

    A copy is changed, compared with the original and renamed over it, so the episode is whole at
    every moment. The events of the episode keep each change; what stays the same is none.

    :param stamp: time of the change [s]
    :raises EpisodeError: if no label is given, the outcome is unknown, or the copy differs
    """
    path = Path(path)
    wanted = {key: value for key, value in vars(labels).items() if value is not None}
    if not wanted:
        raise EpisodeError('nothing to change: give an instruction, a scenario or an outcome')
    if wanted.get('outcome', 'unknown') not in schema.OUTCOMES:
        raise EpisodeError(
            f'outcome "{labels.outcome}" is unknown: expected one of {", ".join(schema.OUTCOMES)}'
        )
    if not wanted.get('instruction', 'kept').strip():
        raise InstructionError('an episode needs an instruction: say what the robot was asked')
    if not path.name.endswith(schema.SUFFIX):
        raise EpisodeError(f'{path.name} is no finished episode (*{schema.SUFFIX})')
    with Episode(path) as episode:
        before = Labels(episode.instruction, episode.scenario, episode.outcome)
    wanted = {key: value for key, value in wanted.items() if value != getattr(before, key)}
    if not wanted:
        return before
    copy = path.with_name(f'.{path.name.removesuffix(schema.SUFFIX)}{schema.RELABEL_SUFFIX}')
    try:
        shutil.copyfile(path, copy)
        _change(copy, before, wanted, stamp)
        _compare(path, copy, wanted)
        copy.replace(path)
    except OSError as error:
        raise EpisodeError(f'{path.name} is kept as it was: {error}') from error
    finally:
        copy.unlink(missing_ok=True)
    sync_folder(path.parent)
    return before


def _change(copy: Path, before: Labels, wanted: dict[str, str], stamp: float) -> None:
    with h5py.File(copy, 'r+', libver=('v110', 'v110'), locking=False) as file:
        for key, value in wanted.items():
            value = value.strip() if key == 'instruction' else value
            old = getattr(before, key)
            _append_event(file, stamp, schema.RELABEL_EVENT, f'{key}: "{old}" became "{value}"')
            if key == 'outcome':
                _append_event(file, stamp, schema.OUTCOME_EVENT, f'{value}: relabelled')
            else:
                file.attrs[key] = schema.text_attribute(value)
    with copy.open('rb+') as file:
        os.fsync(file.fileno())


def _append_event(file: h5py.File, stamp: float, kind: str, text: str) -> None:
    values = {
        'kind': schema.encode_text(kind, schema.KIND_BYTES),
        'text': schema.encode_text(text, schema.TEXT_BYTES),
        'stamp': stamp,
    }
    group = file[schema.EVENTS]
    row = len(group['stamp'])
    for column in schema.STREAM_COLUMNS[schema.EVENTS]:
        group[column.name].resize(row + 1, axis=0)
        group[column.name][row] = values[column.name]


def _compare(path: Path, copy: Path, wanted: dict[str, str]) -> None:
    """Raise EpisodeError unless the copy holds the recorded data and the wanted labels."""
    with h5py.File(path, 'r', locking=False) as old, h5py.File(copy, 'r', locking=False) as new:
        names: list[str] = []
        old.visititems(lambda name, item: _is_recorded(name, item) and names.append(name))
        different = [name for name in names if not _equal(old[name], new.get(name))]
    with Episode(copy) as episode:
        found = {key: getattr(episode, key) for key in wanted}
    if different or found != {key: value.strip() for key, value in wanted.items()}:
        raise EpisodeError(
            f'{path.name} is kept as it was: its copy holds {found} and differs in '
            f'{", ".join(different) or "no data"}'
        )


def _is_recorded(name: str, item: h5py.Group | h5py.Dataset) -> bool:
    return isinstance(item, h5py.Dataset) and not name.startswith(f'{schema.EVENTS}/')


def _equal(old: h5py.Dataset, new: h5py.Dataset | None) -> bool:
    if new is None or old.shape != new.shape:
        return False
    width = int(np.prod(old.shape[1:], dtype=int)) * old.dtype.itemsize
    rows = max(BLOCK_BYTES // max(width, 1), 1)
    for start in range(0, len(old), rows):
        end = start + rows
        if old[start:end].tobytes() != new[start:end].tobytes():
            return False
    return True
