# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""Frames of an episode side by side on one picture."""

from __future__ import annotations

import math
from textwrap import wrap
from typing import Any

import cv2
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from matplotlib.transforms import IdentityTransform
import numpy as np

from ...action_space import ACTION_TYPE, ANGULAR_Z, LINEAR_X, LINEAR_Y
from ...episodes import Episode
from ...errors import EpisodeError, MobileVlaError
from ...plain_text import plain_text
from ..checks.file_fault import without_name
from .action_colours import INK, type_colour, type_name
from .curves import camera_seconds, Curves, episode_curves

COLUMNS = 6
FRAMES = 24
DPI = 100
PIXELS = IdentityTransform()
CELL_WIDTH, FRAME_WIDTH = 220, 217
"""[pixels]"""
GAP = 4
"""Between a frame and its caption [pixels]."""
CAPTION, HEAD = 36, 55
"""Height of what stands under a frame and over all of them [pixels]."""
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
    frame_height = round(FRAME_WIDTH * _aspect(episode, camera))
    cell = frame_height + CAPTION
    width, height = columns * CELL_WIDTH, rows * cell + HEAD
    figure = Figure(figsize=(width / DPI, height / DPI), dpi=DPI)
    FigureCanvasAgg(figure)
    for place, t in enumerate(chosen):
        row, column = divmod(place, columns)
        bottom = height - HEAD - (row + 1) * cell + CAPTION
        box = (column * CELL_WIDTH, bottom, FRAME_WIDTH, frame_height)
        _draw_frame(figure, box, episode, camera, int(t), float(seconds[t]), curves)
    details = (episode.scenario or 'no scenario', episode.outcome, f'{total} frames')
    length = f'{float(seconds[-1]):.1f} s'
    instruction = plain_text(episode.instruction)
    _write(figure, 5, height - 20, instruction, fontsize=11, ha='left', weight='bold')
    line = ' · '.join((episode.path.name, *details, length))
    _write(figure, 5, height - 42, line, fontsize=8, ha='left')
    return figure


def _aspect(episode: Episode, camera: str | None) -> float:
    for t in range(episode.frames(camera)):
        try:
            height, width = episode.image(t, camera).shape[:2]
        except MobileVlaError:
            continue
        return height / width
    return 9 / 16


def _draw_frame(
    figure: Figure,
    box: tuple[int, int, int, int],
    episode: Episode,
    camera: str | None,
    t: int,
    seconds: float,
    curves: Curves,
) -> None:
    """
    Draw a frame and its caption, without axes: to set up those takes longer than all else.

    :param box: left, bottom, width, height [pixels]
    """
    left, bottom, width, height = box
    row = int(np.searchsorted(curves.seconds, seconds, side='right')) - 1
    action = curves.actions[max(row, 0)]
    frame = Rectangle((left, bottom), width, height, fill=False, lw=1.5, transform=PIXELS)
    frame.set_edgecolor(type_colour(action[ACTION_TYPE]))
    try:
        rgb = episode.image(t, camera)
        small = cv2.resize(rgb, (width, height), interpolation=cv2.INTER_AREA)
        figure.figimage(small, left, bottom, origin='upper')
    except MobileVlaError as error:
        why = plain_text(without_name(episode.path, error))
        lines = wrap(why, LETTERS, max_lines=LINES, placeholder=' ...')
        middle = (left + width / 2, bottom + height / 2)
        text = '\n'.join(['unreadable:', *lines])
        _write(figure, *middle, text, fontsize=6)
        frame.set(fill=True, facecolor=f'{UNREADABLE}55')
    figure.add_artist(frame)
    velocity = (
        f'{action[LINEAR_X]:+.2f} {action[LINEAR_Y]:+.2f} m/s {action[ANGULAR_Z]:+.2f} rad/s'
    )
    caption = f'{t}: {seconds:.2f} s {type_name(action[ACTION_TYPE])}\n{velocity}'
    _write(figure, left + width / 2, bottom - GAP, caption, fontsize=6.5, va='top')


def _write(figure: Figure, x: float, y: float, text: str, **style: Any) -> None:
    """Write about a place that is given in pixels from the lower left corner."""
    style = {'ha': 'center', 'va': 'center', 'color': INK, **style}
    figure.text(x, y, text, transform=PIXELS, **style)
