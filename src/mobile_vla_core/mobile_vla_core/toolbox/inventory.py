# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""What a folder of episodes holds, added up over its files."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from ..action_space import ACTION_NAMES, ACTION_UNITS, ActionType, VELOCITY_DIM
from .checks.file_fault import work_fault
from .facts import Facts, read_facts
from .worker_pool import Failure, WorkerPool


def read_inventory(
    paths: Sequence[Path], *, workers: int = 0, advance: Callable[[], Any] = lambda: None
) -> list[Facts]:
    """Return the facts of every file, in order."""
    found: dict[int, Facts] = {}
    for number, facts in WorkerPool(read_facts, workers).map(paths):
        if isinstance(facts, Failure):
            found = work_fault(paths[number].name, facts)
            facts = Facts(found.episode, fault=f'{found.code}: {found.text}')
        found[number] = facts
        advance()
    return [found[number] for number in range(len(paths))]


def summarise(inventory: Sequence[Facts]) -> dict[str, Any]:
    """Return plain numbers about all episodes that can be read."""
    readable = [facts for facts in inventory if facts.layout]
    frames: Counter[str] = Counter()
    for facts in readable:
        frames.update(facts.frames)
    periods = np.array([facts.period for facts in readable])
    periods = periods[np.isfinite(periods) & (periods > 0.0)]
    return {
        'files': len(inventory),
        'episodes': len(readable),
        'unreadable': len(inventory) - len(readable),
        'unsound': sum(bool(facts.fault) for facts in readable),
        'frames': sum(_primary(facts) for facts in readable),
        'hours': sum(facts.seconds for facts in readable) / 3600.0,
        'bytes': sum(facts.size for facts in inventory),
        'cameras': {
            camera: {'frames': count, 'sizes': _tally(f.sizes.get(camera, '') for f in readable)}
            for camera, count in frames.items()
        },
        'rate': _spread(1.0 / periods),
        'seconds': _spread(np.array([f.seconds for f in readable if f.layout == 'ours'])),
        'instructions': _tally(facts.instruction or '(none)' for facts in readable),
        'scenarios': _tally(facts.scenario or '(none)' for facts in readable),
        'outcomes': _tally(facts.outcome for facts in readable),
        'layouts': _tally(f'{f.layout} {f.version}'.strip() for f in readable),
        'commands': sum(facts.commands for facts in readable),
        'velocities': _velocities(readable),
        'action_types': _types(readable),
        'moving_share': _share(readable),
    }


def plain(facts: Facts, path: Path) -> dict[str, Any]:
    """Return one file's facts for JSON."""
    velocities = _velocities([facts])
    kept = {k: v for k, v in vars(facts).items() if k not in ('sums', 'range', 'type_counts')}
    return {**kept, 'path': str(path), 'velocities': velocities, 'action_types': _types([facts])}


def _primary(facts: Facts) -> int:
    return next(iter(facts.frames.values()), 0)


def _tally(values: Any) -> dict[str, int]:
    return dict(Counter(value for value in values if value).most_common())


def _spread(values: np.ndarray) -> dict[str, float]:
    if not len(values):
        return {}
    return {
        'lowest': float(values.min()),
        'median': float(np.median(values)),
        'highest': float(values.max()),
    }


def _velocities(inventory: Sequence[Facts]) -> dict[str, dict[str, Any]]:
    driven = [facts for facts in inventory if facts.actions]
    if not driven:
        return {}
    count = sum(facts.actions for facts in driven)
    total, squares = np.sum([facts.sums for facts in driven], axis=0)
    low = np.min([facts.range[0] for facts in driven], axis=0)
    high = np.max([facts.range[1] for facts in driven], axis=0)
    mean = total / count
    spread = np.sqrt(np.maximum(squares / count - mean**2, 0.0))
    return {
        ACTION_NAMES[i]: {
            'unit': ACTION_UNITS[i],
            'mean': float(mean[i]),
            'spread': float(spread[i]),
            'lowest': float(low[i]),
            'highest': float(high[i]),
        }
        for i in range(VELOCITY_DIM)
    }


def _types(inventory: Sequence[Facts]) -> dict[str, int]:
    counts = np.sum([facts.type_counts for facts in inventory] or [np.zeros(4, int)], axis=0)
    return {kind.name.lower(): int(counts[kind]) for kind in ActionType}


def _share(inventory: Sequence[Facts]) -> float:
    actions = sum(facts.actions for facts in inventory)
    return sum(facts.moving for facts in inventory) / actions if actions else 0.0
