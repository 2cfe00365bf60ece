# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""A picture of an evaluation: every driven path from above, one panel per scenario."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import matplotlib

matplotlib.use('Agg')
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.patches import Circle, Polygon
import matplotlib.pyplot as plt
import numpy as np
from numpy.typing import NDArray

from .scenario import SCENARIOS
from .score import score
from .trial import BoxOutline, TrialResult

COLOURS = {
    'success': '#1b9e77',
    'collision': '#d7263d',
    'wrong_side': '#7b2cbf',
    'timeout': '#f4a100',
}
_INK = '#22313f'
_GOAL_RADIUS = 0.35


def plot_paths(
    nominal: Sequence[TrialResult], swapped: Sequence[TrialResult], title: str, path: Path
) -> None:
    """
    Draw all paths, the nominal trials above and those with swapped instructions below.

    Each scene is moved so that the robot starts at the origin and the cup lies straight ahead, to
    the right in the picture; left of the robot is up.
    """
    rows = [
        group for group in (('as asked', nominal), ('instruction swapped', swapped)) if group[1]
    ]
    names = list(SCENARIOS)
    columns = len(names) // 2
    figure, axes = plt.subplots(
        2 * len(rows), columns, figsize=(4 * columns, 3.0 * 2 * len(rows) + 1.0), squeeze=False
    )
    for row, (label, results) in enumerate(rows):
        for index, name in enumerate(names):
            panel = axes[2 * row + index // columns][index % columns]
            _draw_panel(panel, name, label, [r for r in results if r.trial.scenario == name])
    figure.suptitle(title, fontsize=17, color=_INK, weight='bold', y=0.995)
    legend = [
        Line2D([], [], color=colour, lw=2.5, label=outcome.replace('_', ' '))
        for outcome, colour in COLOURS.items()
    ]
    figure.legend(
        handles=legend, loc='lower center', ncols=len(legend), frameon=False, fontsize=12
    )
    figure.tight_layout(rect=(0, 0.03, 1, 0.985))
    figure.savefig(path, dpi=80, facecolor='white')
    plt.close(figure)


def _draw_panel(panel: Axes, name: str, label: str, results: Sequence[TrialResult]) -> None:
    panel.set(xlim=(-0.35, 3.85), ylim=(-1.35, 1.35), aspect='equal', xticks=[], yticks=[])
    panel.set_facecolor('#f7f5f0')
    for spine in panel.spines.values():
        spine.set_edgecolor('#c9c4ba')
    rates = score(results)
    count = rates['episodes']
    side = 'left (up)' if SCENARIOS[name].side == 'left' else 'right (down)'
    panel.set_title(f'{name} · {label}', fontsize=11, color=_INK, loc='left')
    panel.text(
        0.99,
        0.03,
        f'{round(rates["success_rate"] * count)} of {count} arrived',
        transform=panel.transAxes,
        ha='right',
        fontsize=10,
        color=_INK,
    )
    panel.text(0.01, 0.03, f'asked: {side}', transform=panel.transAxes, fontsize=10, color=_INK)
    for result in results:
        origin, turn = _scene_frame(result)
        for box in result.boxes:
            corners = (_corners(box) - origin) @ turn
            panel.add_patch(Polygon(corners, facecolor='#8d6e63', alpha=0.16, edgecolor='none'))
        cup = (np.asarray(result.cup) - origin) @ turn
        panel.add_patch(Circle(cup, _GOAL_RADIUS, facecolor='#2f6fde', alpha=0.04))
        panel.add_patch(Circle(cup, 0.05, facecolor='#2f6fde', alpha=0.8))
    for result in sorted(results, key=lambda r: not r.succeeded):
        origin, turn = _scene_frame(result)
        path = (np.asarray(result.path) - origin) @ turn
        panel.plot(*path.T, color=COLOURS[result.outcome], lw=1.8, alpha=0.85)
        panel.plot(*path[-1], 'o', color=COLOURS[result.outcome], ms=4)
    panel.plot(0, 0, marker=(3, 0, -90), ms=12, color=_INK)


def _scene_frame(result: TrialResult) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    origin = np.asarray(result.path[0])
    x, y = np.asarray(result.cup) - origin
    angle = np.arctan2(y, x)
    cos, sin = np.cos(angle), np.sin(angle)
    return origin, np.array([[cos, -sin], [sin, cos]])


def _corners(box: BoxOutline) -> NDArray[np.float64]:
    half = np.array([[1, 1], [1, -1], [-1, -1], [-1, 1]]) * (box.length / 2, box.width / 2)
    cos, sin = np.cos(box.yaw), np.sin(box.yaw)
    return half @ np.array([[cos, sin], [-sin, cos]]) + (box.x, box.y)
