# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""Weak results in words, so that no table hides them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mobile_vla_core.action_space import ACTION_UNITS

from .baselines import BASELINES, CONSTANT_MEAN, NEAREST_IN_TIME, REPEAT_LAST

LABELS = {
    CONSTANT_MEAN: 'a constant mean command',
    REPEAT_LAST: 'repeating the last command',
    NEAREST_IN_TIME: 'replaying a training episode',
}
POLICY = 'policy'
IGNORED = 0.005
"""A command that moves less than this when the sides swap does not move [m/s, rad/s]."""
FOLLOWS = 0.75
"""Share of episodes below which the commanded side does not follow the instruction."""
COLLAPSED = 0.1
"""Share of the recorded spread below which predictions are all alike."""
STILL = 1e-3
"""Recorded spread below which a velocity is unused [m/s, rad/s]."""
FEW = 5
"""Validation episodes below which the figures are hardly more than examples."""


def verdicts(validation: Mapping[str, Any]) -> list[str]:
    """
    Return one sentence for each weakness that the figures show; none when there is none.

    :param validation: as `OpenLoopMetrics.summary`
    """
    return [
        *_collapse(validation),
        *_against_baselines(validation['next']),
        *_instruction(validation),
        *_coverage(validation),
    ]


def _against_baselines(scores: Mapping[str, Mapping[str, float]]) -> list[str]:
    sentences = []
    for baseline in BASELINES:
        lost = []
        for name, unit in zip(('linear_x', 'linear_y', 'angular_z'), ACTION_UNITS, strict=False):
            ours, theirs = (scores[who][f'mae_{name}'] for who in (POLICY, baseline))
            if theirs > 0.0 and ours >= theirs:
                lost.append(f'{name} ({ours:.3f} against {theirs:.3f} {unit})')
        for measure in ('direction_accuracy', 'action_type_accuracy'):
            ours, theirs = (scores[who].get(measure, 1.0) for who in (POLICY, baseline))
            if ours <= theirs < 1.0:
                lost.append(f'{measure.replace("_", " ")} ({ours:.1%} against {theirs:.1%})')
        if lost:
            sentences.append(f'No better than {LABELS[baseline]} in {", ".join(lost)}.')
    return sentences


def unit_of(validation: Mapping[str, Any]) -> str:
    """Return what is counted where each piece between lost frames counts for itself."""
    whole = validation.get('pieces', validation['episodes']) == validation['episodes']
    return 'episodes' if whole else 'pieces'


def _instruction(validation: Mapping[str, Any]) -> list[str]:
    swap = validation['instruction_swap']
    if not swap['episodes']:
        return ['No validation instruction names a side: whether it is followed is unknown.']
    moved = max(swap[f'mean_{name}'] for name in ('linear_x', 'linear_y', 'angular_z'))
    if moved < IGNORED:
        return [f'The instruction is ignored (moved {moved:.2f} when left and right swap).']
    if swap.get('follows', 1.0) < FOLLOWS:
        count = round(swap['follows'] * swap['sided_episodes'])
        return [
            f'The commanded side follows the instruction in only {count} of '
            f'{swap["sided_episodes"]} {unit_of(validation)}.'
        ]
    return []


def _collapse(validation: Mapping[str, Any]) -> list[str]:
    alike = [
        name
        for name, spread in validation['spread'].items()
        if spread['recorded'] > STILL and spread['predicted'] < COLLAPSED * spread['recorded']
    ]
    return [f'Nearly the same {" and ".join(alike)} is predicted everywhere.'] if alike else []


def _coverage(validation: Mapping[str, Any]) -> list[str]:
    sentences = []
    if validation['episodes'] < FEW:
        sentences.append(
            f'Only {validation["episodes"]} episodes were scored: take the figures as examples.'
        )
    if validation['scenarios_without_episodes']:
        absent = ', '.join(validation['scenarios_without_episodes'])
        sentences.append(f'Trained on but not scored: {absent}.')
    if validation['episodes_without_neighbour']:
        sentences.append(
            f'{validation["episodes_without_neighbour"]} episodes are of no scenario and '
            f'instruction that was trained on; the mean stands in for a replay there.'
        )
    return sentences
