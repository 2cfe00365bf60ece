# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""Check what episodes say: instructions, sides, commands, counts."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence

import numpy as np

from mobile_vla_core.action_space import (
    ACTION_NAMES,
    ACTION_TYPE,
    ActionType,
    ANGULAR_Z,
    DEAD_BAND,
    LINEAR_Y,
    VELOCITY_DIM,
)
from mobile_vla_core.motion import driven_side, is_moving, named_side, NO_SIDE

from ..data.cache import CachedEpisode
from ..validation.baselines import ReferenceEpisode
from .data_summary import SIDE_NAMES
from .finding import Finding, Level, name_some

FEW_EPISODES = 5
"""Episodes of a scenario, below which there is little to learn from."""
BALANCE = 0.5
"""Smallest share of the rarer side, of the commoner one."""
MOST_IDLE = 0.5
"""Share of idle frames above which standing still is what is learnt."""
STARTS_STOPPED = 0.8
"""Share of episodes with one lone STOP at the start from which it is artificial."""


def check_labels(
    episodes: Sequence[ReferenceEpisode], training: Sequence[str], step_period: float
) -> list[Finding]:
    """
    Look for every fault that the labels show.

    :param episodes: all, of training and validation
    :param training: names of those trained on
    :param step_period: [s]
    """
    return [
        *_check_instructions(episodes),
        *_check_sides(episodes, step_period),
        *_check_commands(episodes),
        *_check_starts(episodes),
        *_check_counts(episodes, set(training)),
    ]


def as_reference(episodes: Sequence[CachedEpisode], actions: np.ndarray) -> list[ReferenceEpisode]:
    """Join the cache's episodes, parts and all, with their rows of actions, shape (N, 4)."""
    parts: dict[str, list[CachedEpisode]] = defaultdict(list)
    for episode in episodes:
        parts[episode.name].append(episode)
    return [
        ReferenceEpisode(
            name, p[0].scenario, p[0].instruction, np.concatenate([actions[e.rows] for e in p])
        )
        for name, p in parts.items()
    ]


def _check_instructions(episodes: Sequence[ReferenceEpisode]) -> list[Finding]:
    texts, scenarios = {e.instruction for e in episodes}, {e.scenario for e in episodes}
    if len(texts) == 1 and len(scenarios) > 1:
        text = (
            f'all {len(scenarios)} scenarios have the same instruction "{texts.pop()}": nothing '
            f'about language can be learnt; relabel the episodes'
        )
        return [Finding(Level.ERROR, 'instructions', text)]
    if len(texts) == 1:
        text = f'there is one instruction for everything, "{texts.pop()}": any other does the same'
        return [Finding(Level.WARNING, 'instructions', text)]
    return []


def _check_sides(episodes: Sequence[ReferenceEpisode], step_period: float) -> list[Finding]:
    findings = []
    named = {e.name: named_side(e.instruction) for e in episodes}
    sided = [e for e in episodes if named[e.name] != NO_SIDE]
    wrong = [e.name for e in sided if driven_side(e.actions, step_period) == -named[e.name]]
    if wrong and 2 * len(wrong) >= len(sided):
        text = (
            f'{len(wrong)} of {len(sided)} episodes drive to the other side than their '
            f'instruction names: is the sign of linear_y or angular_z wrong (left is positive)?'
        )
        findings.append(Finding(Level.ERROR, 'sides', text))
    elif wrong:
        text = (
            f'{len(wrong)} of {len(sided)} episodes drive to the other side than their '
            f'instruction names; look at them and relabel: {name_some(wrong)}'
        )
        findings.append(Finding(Level.WARNING, 'sides', text))
    crossed = [e.name for e in sided if named_side(e.scenario.replace('_', ' ')) == -named[e.name]]
    if crossed:
        text = f'scenario and instruction name different sides in {name_some(crossed)}'
        findings.append(Finding(Level.WARNING, 'sides', text))
    return findings + _check_balance(Counter(named[e.name] for e in sided))


def _check_balance(counts: Counter[int]) -> list[Finding]:
    if not counts:
        text = 'no instruction names a side: whether instructions are followed cannot be measured'
        return [Finding(Level.NOTE, 'sides', text)]
    left, right = (counts.get(side, 0) for side in SIDE_NAMES)
    if min(left, right) >= BALANCE * max(left, right):
        return []
    text = (
        f'{left} episodes name the left and {right} the right: the policy will prefer one side; '
        f'record more of the other (the mirror of augmentation helps only in part)'
    )
    return [Finding(Level.WARNING, 'sides', text)]


def _check_commands(episodes: Sequence[ReferenceEpisode]) -> list[Finding]:
    actions = np.concatenate([e.actions for e in episodes])
    velocity, types = actions[:, :VELOCITY_DIM], actions[:, ACTION_TYPE]
    findings = []
    if np.abs(velocity).max() <= DEAD_BAND:
        text = 'every velocity is zero: was the command topic recorded?'
        return [Finding(Level.ERROR, 'commands', text)]
    if velocity.std(axis=0).max() <= DEAD_BAND:
        text = 'every frame has the same command: there is nothing to learn'
        return [Finding(Level.ERROR, 'commands', text)]
    still = [e.name for e in episodes if np.abs(e.actions[:, :VELOCITY_DIM]).max() <= DEAD_BAND]
    if still:
        text = f'nothing moves in {len(still)} episodes: {name_some(still)}'
        findings.append(Finding(Level.WARNING, 'commands', text))
    moving = [e for e in episodes if e.name not in set(still) and len(e.actions) > 1]
    alike = [e.name for e in moving if e.actions[:, :VELOCITY_DIM].std(axis=0).max() == 0.0]
    if alike:
        text = f'the command never changes in {len(alike)} episodes: {name_some(alike)}'
        findings.append(Finding(Level.WARNING, 'commands', text))
    findings += _check_dimensions(velocity)
    idle = 1.0 - float(is_moving(actions).mean())
    if idle > MOST_IDLE:
        text = (
            f'{idle:.0%} of the frames stand still: the policy will stand still too; '
            f'cut the pauses, or weigh frames'
        )
        findings.append(Finding(Level.WARNING, 'commands', text))
    driven_stop = (types == ActionType.STOP) & (np.abs(velocity).max(axis=1) > DEAD_BAND)
    if driven_stop.any():
        text = f'{int(driven_stop.sum())} frames are of action type stop and have a velocity'
        findings.append(Finding(Level.WARNING, 'commands', text))
    return findings


def _check_dimensions(velocity: np.ndarray) -> list[Finding]:
    dead = [i for i in range(VELOCITY_DIM) if velocity[:, i].std() <= DEAD_BAND]
    if LINEAR_Y in dead and ANGULAR_Z in dead:
        text = 'neither linear_y nor angular_z ever changes: nothing steers'
        return [Finding(Level.ERROR, 'commands', text)]
    return [
        Finding(
            Level.NOTE if i == LINEAR_Y else Level.WARNING,
            'commands',
            f'{ACTION_NAMES[i]} never changes ({velocity[0, i]:+.3f})'
            + (': right for a base that cannot strafe' if i == LINEAR_Y else ''),
        )
        for i in dead
    ]


def _check_starts(episodes: Sequence[ReferenceEpisode]) -> list[Finding]:
    long = [e for e in episodes if len(e.actions) > 1]
    lone = [
        e.name
        for e in long
        if np.abs(e.actions[0, :VELOCITY_DIM]).max() <= DEAD_BAND and is_moving(e.actions[1:2])[0]
    ]
    if long and len(lone) >= STARTS_STOPPED * len(long):
        text = (
            f'{len(lone)} of {len(long)} episodes begin with one frame of STOP and then drive: '
            f'an artificial row, from which the policy learns not to start; cut the first frame'
        )
        return [Finding(Level.WARNING, 'start', text)]
    return []


def _check_counts(episodes: Sequence[ReferenceEpisode], training: set[str]) -> list[Finding]:
    findings = []
    members: dict[str, list[str]] = defaultdict(list)
    for episode in episodes:
        members[episode.scenario or '(none)'].append(episode.name)
    few = [f'{name} {len(m)}' for name, m in sorted(members.items()) if len(m) < FEW_EPISODES]
    if few:
        text = f'fewer than {FEW_EPISODES} episodes of {name_some(few)}'
        findings.append(Finding(Level.WARNING, 'scenarios', text))
    unlearnt = [name for name, m in sorted(members.items()) if not training & set(m)]
    if unlearnt:
        text = f'only in validation, so never learnt: {name_some(unlearnt)}'
        findings.append(Finding(Level.WARNING, 'scenarios', text))
    unseen = [name for name, m in sorted(members.items()) if training >= set(m)]
    if unseen:
        text = f'only in training, so never scored: {name_some(unseen)}'
        findings.append(Finding(Level.NOTE, 'scenarios', text))
    return findings
