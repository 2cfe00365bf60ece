# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""The metrics of a run as a short table, and what is weak in words."""

from __future__ import annotations

from collections.abc import Mapping
import textwrap
from typing import Any

from .baselines import CONSTANT_MEAN, NEAREST_IN_TIME, REPEAT_LAST
from .metrics import POLICY, VELOCITIES
from .verdict import unit_of, verdicts

ROW_LABELS = {
    POLICY: 'policy',
    CONSTANT_MEAN: 'constant mean',
    REPEAT_LAST: 'repeat last command',
    NEAREST_IN_TIME: 'nearest in time',
}
_WIDTH = 79


def format_report(metrics: Mapping[str, Any]) -> str:
    """
    Lay out validation metrics.

    :param metrics: as `PolicyModule.metrics`
    """
    title = f'Open-loop validation at step {metrics["step"]}'
    return format_scores(metrics['validation'], title)


def format_scores(validation: Mapping[str, Any], title: str) -> str:
    """
    Lay out the scores of some episodes.

    :param validation: as `OpenLoopMetrics.summary`
    """
    lines = [
        f'{title}: {_count(validation)}, {validation["frames"]} frames',
        f'{"":24}{"linear_x":>10}{"linear_y":>10}{"angular_z":>11}{"heading":>9}{"type":>8}',
        f'{"mean absolute error":24}{"m/s":>10}{"m/s":>10}{"rad/s":>11}{"right":>9}{"right":>8}',
    ]
    lines += [_row(label, validation['next'][name]) for name, label in ROW_LABELS.items()]
    lines += [
        _row(f'  {scenario}', scores[POLICY])
        for scenario, scores in validation['per_scenario'].items()
    ]
    swap = validation['instruction_swap']
    if swap['episodes']:
        moved = ''.join(
            f'{swap[f"mean_{name}"]:{width}.3f}'
            for name, width in zip(VELOCITIES, (10, 10, 11), strict=True)
        )
        lines.append(f'{"moved by swapped sides":24}{moved}')
    if swap.get('sided_episodes'):
        count = round(swap['follows'] * swap['sided_episodes'])
        unit = unit_of(validation)
        lines.append(f'{"side follows":24}in {count} of {swap["sided_episodes"]} {unit}')
    for sentence in verdicts(validation):
        lines += textwrap.wrap(sentence, _WIDTH, initial_indent='- ', subsequent_indent='  ')
    return '\n'.join(lines)


def _count(validation: Mapping[str, Any]) -> str:
    count = f'{validation["episodes"]} episodes'
    if unit_of(validation) == 'episodes':
        return count
    return f'{count} in {validation["pieces"]} pieces (between lost frames)'


def _row(label: str, scores: Mapping[str, float]) -> str:
    heading = scores.get('direction_accuracy')
    return (
        f'{label[:24]:24}{scores["mae_linear_x"]:10.3f}{scores["mae_linear_y"]:10.3f}'
        f'{scores["mae_angular_z"]:11.3f}{"-" if heading is None else f"{heading:.1%}":>9}'
        f'{scores["action_type_accuracy"]:8.1%}'
    )
