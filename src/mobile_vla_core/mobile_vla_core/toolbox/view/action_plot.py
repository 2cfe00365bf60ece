# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""The commands of an episode over time, as a picture."""

from __future__ import annotations

from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.patches import Patch
import numpy as np

from ...action_space import ACTION_NAMES, ACTION_TYPE, ACTION_UNITS, VELOCITY_DIM
from ...episodes import Episode
from ...plain_text import plain_text
from .action_colours import GREY, INK, type_colour, TYPE_COLOURS, type_name, VELOCITY_COLOURS
from .curves import Curves, episode_curves

DPI = 100
GAP_COLOUR = '#d94f70'
MARGIN = 0.03
"""On both sides of the frames, as a share of their time; at least so many seconds."""
LEAST_REACH = 0.1
"""Half the height of an axis whose velocity hardly moves [m/s or rad/s]."""


def action_plot(episode: Episode) -> Figure:
    """Draw each velocity, the action types below them, and the gaps through all."""
    curves = episode_curves(episode)
    figure = Figure(figsize=(11.0, 6.2), dpi=DPI)
    FigureCanvasAgg(figure)
    heights = {'height_ratios': (3, 3, 3, 1)}
    panels = figure.subplots(VELOCITY_DIM + 1, 1, sharex=True, gridspec_kw=heights)
    figure.subplots_adjust(left=0.09, right=0.985, top=0.9, bottom=0.14, hspace=0.12)
    for axis in range(VELOCITY_DIM):
        _draw_velocity(panels[axis], curves, axis)
    _draw_types(panels[-1], curves)
    for panel in panels:
        panel.spines[['top', 'right']].set_visible(False)
        panel.tick_params(labelsize=8)
        for gap in curves.gaps:
            panel.axvspan(gap.start, gap.end, color=GAP_COLOUR, alpha=0.25, lw=0)
    margin = max(MARGIN * curves.duration, MARGIN)  # a command before a cut may be long before
    panels[-1].set_xlim(-margin, curves.duration + margin)
    clock = {'header': 'capture times', 'receive': 'receive times: the capture times are unusable'}
    panels[-1].set_xlabel(f'[s] from the first frame ({clock.get(curves.clock, "no stamps")})')
    figure.legend(handles=_legend(curves), loc='lower center', ncol=6, frameon=False, fontsize=8)
    head = f'{plain_text(episode.instruction)}\n'
    details = (episode.scenario or 'no scenario', episode.outcome, f'{len(episode)} frames')
    figure.suptitle(head + ' · '.join((episode.path.name, *details)), fontsize=10, color=INK)
    return figure


def _draw_velocity(panel: Axes, curves: Curves, axis: int) -> None:
    values = curves.actions[:, axis]
    panel.axhline(0.0, color=GREY, lw=0.6)
    panel.plot(curves.command_seconds, curves.commands[:, axis], '.', color=GREY, ms=2.5, zorder=1)
    panel.step(curves.seconds, values, where='post', color=VELOCITY_COLOURS[axis], lw=1.4)
    panel.set_ylabel(f'{ACTION_NAMES[axis]}\n[{ACTION_UNITS[axis]}]', fontsize=9, color=INK)
    reach = np.abs(values[np.isfinite(values)]).max(initial=LEAST_REACH)
    panel.set_ylim(-1.1 * reach, 1.1 * reach)


def _draw_types(panel: Axes, curves: Curves) -> None:
    types = curves.actions[:, ACTION_TYPE]
    ends = np.append(curves.seconds[1:], curves.duration)
    changes = np.flatnonzero(np.diff(types)) + 1
    for start, end in zip([0, *changes], [*changes, len(types)], strict=True):
        if end > start:
            left, right = curves.seconds[start], ends[end - 1]
            panel.axvspan(left, right, color=type_colour(types[start]), lw=0)
    panel.set_yticks([])
    panel.set_ylabel(ACTION_NAMES[ACTION_TYPE], fontsize=9, color=INK, rotation=0, ha='right')


def _legend(curves: Curves) -> list[Patch]:
    found = {float(value) for value in curves.actions[:, ACTION_TYPE]} | set(TYPE_COLOURS)
    patches = [Patch(color=type_colour(value), label=type_name(value)) for value in sorted(found)]
    count = len(curves.gaps)
    label = f'{count or "no"} gap{"" if count == 1 else "s"} between frames'
    return [*patches, Patch(color=GAP_COLOUR, alpha=0.25, label=label)]
