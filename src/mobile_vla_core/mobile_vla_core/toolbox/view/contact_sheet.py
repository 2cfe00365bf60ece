# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""Frames of an episode side by side on one picture."""

from __future__ import annotations

import math
from textwrap import wrap

from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
import numpy as np

from ...action_space import ACTION_TYPE, ANGULAR_Z, LINEAR_X, LINEAR_Y
from ...episodes import Episode
from ...errors import EpisodeError, MobileVlaError
from ...plain_text import plain_text
from ..checks.file_fault import without_name
from .action_colours import INK, type_colour, type_name
from .curves import Curves, episode_curves

COLUMNS = 6
FRAMES = 24
DPI = 100
CELL_WIDTH = 2.2
"""[inch]"""
CAPTION = 0.36
HEAD = 0.55
"""Height of what stands under a frame and over all of them [inch]."""
LETTERS, LINES = 44, 6
"""Of what is written in the place of a frame."""
UNREADABLE = '#d94f70'


def contact_sheet(episode: Episode, count: int = FRAMES, camera: str | None = None) -> Figure:
    """
    Draw frames spread evenly over an episode, each with its time and command.

    A frame that cannot be decoded is named in its place.

    :param count: how many frames at most
    :param camera: the primary one when None
    :raises EpisodeError: if there is no frame, or no such camera
    """
    total = episode.frames(camera)
    if not total:
        raise EpisodeError(f'{episode.path.name} has no frame to show')
    chosen = np.unique(np.linspace(0, total - 1, min(count, total)).round().astype(int))
    curves = episode_curves(episode)
    seconds = camera_seconds(episode, curves, camera)
    columns = min(COLUMNS, len(chosen))
    rows = math.ceil(len(chosen) / columns)
    cell = CELL_WIDTH * _aspect(episode, camera) + CAPTION
    width, height = columns * CELL_WIDTH, rows * cell + HEAD
    figure = Figure(figsize=(width, height), dpi=DPI)
    FigureCanvasAgg(figure)
    for place, t in enumerate(chosen):
        row, column = divmod(place, columns)
        left, bottom = column * CELL_WIDTH, height - HEAD - (row + 1) * cell + CAPTION
        box = (left / width, bottom / height, 0.985 / columns, (cell - CAPTION) / height)
        _draw_frame(figure.add_axes(box), episode, camera, int(t), float(seconds[t]), curves)
    details = (episode.scenario or 'no scenario', episode.outcome, f'{total} frames')
    length = f'{float(seconds[-1]):.1f} s'
    figure.text(
        0.004,
        1 - 0.2 / height,
        plain_text(episode.instruction),
        fontsize=11,
        color=INK,
        va='center',
        weight='bold',
    )
    figure.text(
        0.004,
        1 - 0.42 / height,
        ' · '.join((episode.path.name, *details, length)),
        fontsize=8,
        color=INK,
        va='center',
    )
    return figure


def camera_seconds(episode: Episode, curves: Curves, camera: str | None) -> np.ndarray:
    """Return the times of a camera's frames on the axis of the curves, shape (T,) [s]."""
    if camera in (None, episode.primary_camera):
        return curves.seconds
    read = episode.receive_stamps if curves.clock == 'receive' else episode.stamps
    if curves.clock == 'none' or not len(curves.seconds):
        return np.linspace(0.0, curves.duration, episode.frames(camera))
    return read(camera) - read()[0]


def _aspect(episode: Episode, camera: str | None) -> float:
    for t in range(episode.frames(camera)):
        try:
            height, width = episode.image(t, camera).shape[:2]
        except MobileVlaError:
            continue
        return height / width
    return 9 / 16


def _draw_frame(
    panel: Axes, episode: Episode, camera: str | None, t: int, seconds: float, curves: Curves
) -> None:
    panel.set_xticks([])
    panel.set_yticks([])
    try:
        panel.imshow(episode.image(t, camera), aspect='auto', interpolation='antialiased')
    except MobileVlaError as error:
        why = plain_text(without_name(episode.path, error))
        lines = wrap(why, LETTERS, max_lines=LINES, placeholder=' ...')
        text = '\n'.join(['unreadable:', *lines])
        where = {'transform': panel.transAxes, 'ha': 'center', 'va': 'center'}
        panel.text(0.5, 0.5, text, fontsize=6, **where)
        panel.set_facecolor(f'{UNREADABLE}55')
    row = int(np.searchsorted(curves.seconds, seconds, side='right')) - 1
    action = curves.actions[max(row, 0)]
    colour = type_colour(action[ACTION_TYPE])
    for spine in panel.spines.values():
        spine.set(color=colour, linewidth=1.5)
    velocity = (
        f'{action[LINEAR_X]:+.2f} {action[LINEAR_Y]:+.2f} m/s {action[ANGULAR_Z]:+.2f} rad/s'
    )
    panel.set_xlabel(
        f'{t}: {seconds:.2f} s {type_name(action[ACTION_TYPE])}\n{velocity}',
        fontsize=6.5,
        color=INK,
        labelpad=2,
    )
