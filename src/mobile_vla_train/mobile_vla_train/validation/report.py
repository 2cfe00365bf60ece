# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""The metrics of a run as a short table."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .metrics import CONSTANT_MEAN, POLICY, REPEAT_LAST, VELOCITIES

_ROWS = {POLICY: 'policy', CONSTANT_MEAN: 'constant mean', REPEAT_LAST: 'repeat last command'}


def format_report(metrics: Mapping[str, Any]) -> str:
    """
    Lay out validation metrics.

    :param metrics: as `PolicyModule.metrics`
    """
    validation = metrics['validation']
    head = f'{"":24}{"linear_x":>10}{"linear_y":>10}{"angular_z":>11}{"type":>8}'
    lines = [
        f'Open-loop validation on {validation["episodes"]} episodes, '
        f'{validation["frames"]} frames (step {metrics["step"]}):',
        head,
        f'{"mean absolute error":24}{"m/s":>10}{"m/s":>10}{"rad/s":>11}{"right":>8}',
    ]
    lines += [_row(label, validation['next'][name]) for name, label in _ROWS.items()]
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
    return '\n'.join(lines)


def _row(label: str, scores: Mapping[str, float]) -> str:
    return (
        f'{label:24}{scores["mae_linear_x"]:10.3f}{scores["mae_linear_y"]:10.3f}'
        f'{scores["mae_angular_z"]:11.3f}{scores["action_type_accuracy"]:8.1%}'
    )
