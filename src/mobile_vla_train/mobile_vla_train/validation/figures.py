# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""Validation as pictures: commands over time, confusion, errors, and the swapped instruction."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import cv2
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
import numpy as np
from numpy.typing import NDArray

from mobile_vla_core.action_space import ACTION_UNITS, ActionType
from mobile_vla_core.motion import LEFT, NO_SIDE
from mobile_vla_core.plain_text import plain_text

from .baselines import BASELINES
from .instruction_swap import SwapPair
from .metrics import EpisodePredictions, OpenLoopMetrics, POLICY, VELOCITIES
from .report import ROW_LABELS

INK, BLUE, ORANGE, GREY = '#22313f', '#1f6fb4', '#e07b00', '#b8c0c8'
COLOURS = dict(zip((POLICY, *BASELINES), (BLUE, '#8d99a6', ORANGE, '#1b9e77'), strict=True))
DPI = 90
MOST_PAIRS = 40
"""Episodes in the picture of the swap."""


def validation_figures(metrics: OpenLoopMetrics, title: str) -> dict[str, Figure]:
    """
    Draw everything about one validation, by file name.

    :param title: such as 'step 1800'
    """
    summary, episodes = metrics.summary(), metrics.episodes
    by_error = sorted(episodes, key=lambda episode: episode.error)
    chosen, which = _worst_to_best(by_error)
    figures = {
        'commands': commands_figure(chosen, metrics.step_period, f'Commands, {title} ({which})'),
        'confusion': confusion_figure(summary, title),
        'errors': errors_figure(summary, title),
    }
    pairs = metrics.swap_pairs()
    if pairs:
        names = [e.scenario or e.name for e in episodes if e.swapped is not None]
        figures['instruction_swap'] = swap_figure(pairs, names, title)
    return figures


def _worst_to_best(
    by_error: Sequence[EpisodePredictions],
) -> tuple[list[EpisodePredictions], str]:
    """Choose from episodes sorted by error, none twice, and say which these are."""
    best, worst = by_error[0], by_error[-1]
    if len(by_error) == 1:
        return [worst], 'the one episode'
    if len(by_error) == 2:
        return [worst, best], 'worst and best episode'
    return [worst, by_error[len(by_error) // 2], best], 'worst, middle and best episode'


def commands_figure(
    episodes: Sequence[EpisodePredictions], step_period: float, title: str
) -> Figure:
    """Draw the next command, predicted beside recorded, one column per episode, or one row."""
    if len(episodes) == 1:
        figure, axes = _panels(1, len(VELOCITIES), 4.2, 2.2)
        axes = axes.T
    else:
        figure, axes = _panels(len(VELOCITIES), len(episodes), 4.2, 2.0)
    for column, episode in enumerate(episodes):
        time = np.arange(len(episode.recorded)) * step_period
        for row, name in enumerate(VELOCITIES):
            panel = axes[row][column]
            if episode.swapped is not None:
                label = 'predicted, sides swapped'
                panel.plot(time, episode.swapped[:, 0, row], '--', color=ORANGE, lw=1, label=label)
            panel.plot(time, episode.recorded[:, 0, row], color=INK, lw=1.6, label='recorded')
            panel.plot(time, episode.predicted[:, 0, row], color=BLUE, lw=1.4, label='predicted')
            panel.axhline(0.0, color=GREY, lw=0.6, zorder=0)
            if column == 0:
                panel.set_ylabel(f'{name} [{ACTION_UNITS[row]}]')
        head = f'{plain_text(episode.scenario or episode.name)}: mean error {episode.error:.3f}'
        axes[0][column].set_title(head, fontsize=9)
        axes[-1][column].set_xlabel('time [s]', fontsize=8)
    handles, labels = axes[0][0].get_legend_handles_labels()
    figure.legend(handles, labels, loc='lower center', ncols=3, frameon=False, fontsize=9)
    return _titled(figure, title)


def confusion_figure(summary: Mapping[str, Any], title: str) -> Figure:
    """Draw action types, recorded by row and predicted by column, for each candidate."""
    tables = {POLICY: summary['confusion'], **summary['baseline_confusion']}
    names = [kind.name.lower() for kind in ActionType]
    figure, axes = _panels(1, len(tables), 3.1, 3.0)
    for panel, (candidate, table) in zip(axes[0], tables.items(), strict=True):
        counts = np.array([table[name] for name in names])
        shares = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
        panel.imshow(shares, cmap='Blues', vmin=0.0, vmax=1.0)
        for row, column in np.ndindex(*counts.shape):
            colour = 'white' if shares[row, column] > 0.6 else INK
            panel.text(
                column, row, counts[row, column], ha='center', va='center', color=colour, size=8
            )
        panel.set_xticks(range(len(names)), names, rotation=45, ha='right', fontsize=8)
        panel.set_yticks(range(len(names)), names if panel is axes[0][0] else [], fontsize=8)
        panel.set_title(ROW_LABELS[candidate], fontsize=9)
    axes[0][0].set_ylabel('recorded')
    axes[0][0].set_xlabel('predicted')
    return _titled(figure, f'Action type, {title}')


def errors_figure(summary: Mapping[str, Any], title: str) -> Figure:
    """Draw the error of each velocity, policy beside baselines, for each scenario."""
    groups = {'all': summary['next'], **summary['per_scenario']}
    figure, axes = _panels(1, len(VELOCITIES), 4.2, 1.2 + 0.42 * len(groups))
    height = 0.8 / len(COLOURS)
    for panel, name, unit in zip(axes[0], VELOCITIES, ACTION_UNITS, strict=False):
        for index, (candidate, colour) in enumerate(COLOURS.items()):
            values = [scores[candidate][f'mae_{name}'] for scores in groups.values()]
            places = np.arange(len(groups)) + (index - 1.5) * height
            panel.barh(places, values, height, color=colour, label=ROW_LABELS[candidate])
        shown = [plain_text(group) for group in groups] if panel is axes[0][0] else []
        panel.set_yticks(range(len(groups)), shown, fontsize=8)
        panel.invert_yaxis()
        panel.set_xlabel(f'mean absolute error of {name} [{unit}]', fontsize=8)
    handles, labels = axes[0][0].get_legend_handles_labels()
    figure.legend(handles, labels, loc='lower center', ncols=4, frameon=False, fontsize=9)
    return _titled(figure, f'Errors, {title}')


def swap_figure(pairs: Sequence[SwapPair], names: Sequence[str], title: str) -> Figure:
    """Draw, for each episode, where the chunk leads under either instruction."""
    pairs, names = pairs[:MOST_PAIRS], names[:MOST_PAIRS]
    figure, axes = _panels(1, 1, 7.5, 1.4 + 0.22 * len(pairs))
    panel: Axes = axes[0][0]
    for row, pair in enumerate(pairs):
        frame = int(np.abs(pair.asked - pair.swapped).argmax())
        asked, swapped = pair.asked[frame], pair.swapped[frame]
        panel.plot([asked, swapped], [row, row], color=GREY, lw=1.5, zorder=1)
        panel.scatter(asked, row, color=BLUE, s=26, zorder=2)
        panel.scatter(swapped, row, color=ORANGE, s=26, marker='s', zorder=2)
    sides = {LEFT: 'left', NO_SIDE: '?'}
    labels = [
        f'{plain_text(name)} (asked {sides.get(pair.side, "right")})'
        for name, pair in zip(names, pairs, strict=True)
    ]
    panel.set_yticks(range(len(pairs)), labels, fontsize=8)
    panel.axvline(0.0, color=INK, lw=0.8)
    reach = 1.1 * max(1e-3, *(np.abs(panel.get_xlim())))
    panel.set_xlim(reach, -reach)  # left is left
    panel.set_xlabel('where the chunk leads at the frame that moves most: left + [m]', fontsize=8)
    panel.scatter([], [], color=BLUE, s=26, label='as asked')
    panel.scatter([], [], color=ORANGE, s=26, marker='s', label='left and right swapped')
    handles, texts = panel.get_legend_handles_labels()
    figure.legend(handles, texts, loc='lower center', ncols=2, frameon=False, fontsize=9)
    return _titled(figure, f'Swapped instruction, {title}')


def render(figure: Figure) -> NDArray[np.uint8]:
    """Draw a figure, shape (H, W_px, 3) RGB."""
    figure.canvas.draw()
    return np.asarray(figure.canvas.buffer_rgba())[..., :3].copy()


def encode_png(picture: NDArray[np.uint8]) -> bytes:
    """Return a picture, shape (H, W_px, 3) RGB, as a PNG file."""
    return cv2.imencode('.png', cv2.cvtColor(picture, cv2.COLOR_RGB2BGR))[1].tobytes()


def _panels(rows: int, columns: int, width: float, height: float) -> tuple[Figure, Any]:
    size = width * columns + 0.8, height * rows + 1.0
    figure = Figure(figsize=size, dpi=DPI, layout='constrained')
    FigureCanvasAgg(figure)
    legend = 0.3 / figure.get_figheight()
    figure.get_layout_engine().set(rect=(0.0, legend, 1.0, 1.0 - legend))
    axes = figure.subplots(rows, columns, squeeze=False)
    for panel in axes.flat:
        panel.tick_params(labelsize=8)
        panel.spines[['top', 'right']].set_visible(False)
    return figure, axes


def _titled(figure: Figure, title: str) -> Figure:
    figure.suptitle(title, fontsize=11, color=INK, weight='bold')
    return figure
