# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""What there is to learn from, in figures."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

import numpy as np

from mobile_vla_core.action_space import ACTION_NAMES, ACTION_TYPE, ActionType, VELOCITY_DIM
from mobile_vla_core.motion import LEFT, named_side, RIGHT

from ..data.cache import CachedEpisode, FrameCache
from ..data.outcomes import name_counts

SIDE_NAMES = {LEFT: 'left', RIGHT: 'right'}


def summarise(cache: FrameCache, episodes: Sequence[CachedEpisode]) -> dict[str, Any]:
    """Return plain numbers about episodes of a cache."""
    actions = np.concatenate([cache.actions[episode.rows] for episode in episodes])
    whole = list({episode.name: episode for episode in episodes}.values())
    sides = Counter(SIDE_NAMES.get(named_side(e.instruction), 'none') for e in whole)
    kinds = np.bincount(actions[:, ACTION_TYPE].astype(int), minlength=len(ActionType))
    return {
        'episodes': len(whole),
        'frames': len(actions),
        'hours': len(actions) * cache.step_period / 3600.0,
        'step_period': cache.step_period,
        'image_size': [int(n) for n in cache.frames.shape[1:3]],
        'scenarios': dict(sorted(Counter(e.scenario or '(none)' for e in whole).items())),
        'instructions': dict(Counter(e.instruction for e in whole).most_common()),
        'sides': {name: sides.get(name, 0) for name in ('left', 'right', 'none')},
        'velocities': {
            name: {
                'mean': float(actions[:, i].mean()),
                'spread': float(actions[:, i].std()),
                'lowest': float(actions[:, i].min()),
                'highest': float(actions[:, i].max()),
            }
            for i, name in enumerate(ACTION_NAMES[:VELOCITY_DIM])
        },
        'action_types': {kind.name.lower(): int(kinds[kind]) for kind in ActionType},
    }


def format_summary(summary: dict[str, Any]) -> list[str]:
    """Lay a summary out, one line per fact."""
    height, width = summary['image_size']
    sides, types = summary['sides'], summary['action_types']
    lines = [
        f'{summary["episodes"]} episodes, {summary["frames"]} frames, '
        f'{summary["hours"]:.2f} h, a frame every {summary["step_period"]:.3f} s, '
        f'{width}x{height} pixels',
        f'sides named: {sides["left"]} left, {sides["right"]} right, {sides["none"]} none; '
        f'{len(summary["instructions"])} instructions',
        'outcomes: ' + name_counts(summary['outcomes']),
        'scenarios: ' + ', '.join(f'{name} {n}' for name, n in summary['scenarios'].items()),
        'action types: ' + ', '.join(f'{name} {n}' for name, n in types.items()),
    ]
    for name, values in summary['velocities'].items():
        lines.append(
            f'{name:10} mean {values["mean"]:+.3f}, spread {values["spread"]:.3f}, '
            f'from {values["lowest"]:+.3f} to {values["highest"]:+.3f}'
        )
    return lines
