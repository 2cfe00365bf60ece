# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""A drawing of boxes, arrows and words, written as SVG whose words stay words."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import FancyBboxPatch

INK, GREY = '#1f2430', '#6b7280'
SMALL, NORMAL = 8.0, 9.5
_SETTINGS = {
    'svg.fonttype': 'none',
    'svg.hashsalt': 'mobile_vla',
    'font.family': 'DejaVu Sans',
}
_WITHOUT_DATE = {'Date': None, 'Creator': None}


class Drawing:
    """
    A canvas measured in tenths of an inch, from the lower left.

    :param width: [0.1 inch]
    """

    def __init__(self, width: float, height: float) -> None:
        with mpl.rc_context(_SETTINGS):
            self._figure = Figure(figsize=(width / 10, height / 10))
            self._axes: Axes = self._figure.add_axes((0, 0, 1, 1))
        self._axes.set(xlim=(0, width), ylim=(0, height))
        self._axes.axis('off')

    def box(
        self, x: float, y: float, width: float, height: float, text: str = '', **style: str
    ) -> None:
        """
        Draw a box with its text in the middle; the first line is bold.

        :param style: `fill`, `edge`, and `line` such as '--'
        """
        patch = FancyBboxPatch(
            (x, y),
            width,
            height,
            boxstyle='round,pad=0,rounding_size=0.8',
            facecolor=style.get('fill', 'white'),
            edgecolor=style.get('edge', INK),
            linestyle=style.get('line', '-'),
            linewidth=1.0,
        )
        self._axes.add_patch(patch)
        lines = text.splitlines()
        middle = y + height / 2 + 0.9 * (len(lines) - 1)
        for number, line in enumerate(lines):
            size, weight = (NORMAL, 'bold') if number == 0 else (SMALL, 'normal')
            self.words(x + width / 2, middle - 1.8 * number, line, size=size, weight=weight)

    def arrow(self, *points: tuple[float, float], text: str = '', line: str = '-') -> None:
        """Draw an arrow along points; the text stands above the middle of the first piece."""
        for start, end in pairwise(points[:-1]):
            self._axes.plot(*zip(start, end, strict=True), color=INK, lw=1.1, ls=line)
        self._axes.annotate(
            '',
            points[-1],
            points[-2],
            arrowprops={'arrowstyle': '-|>', 'color': INK, 'lw': 1.1, 'ls': line, 'shrinkA': 0},
        )
        if text:
            (x0, y0), (x1, y1) = points[:2]
            self.words((x0 + x1) / 2, (y0 + y1) / 2 + 0.9, text, color=GREY)

    def line(self, start: tuple[float, float], end: tuple[float, float], colour: str) -> None:
        """Draw a line."""
        self._axes.plot(*zip(start, end, strict=True), color=colour, lw=1.4)

    def words(
        self,
        x: float,
        y: float,
        text: str,
        size: float = SMALL,
        weight: str = 'normal',
        align: str = 'center',
        color: str = INK,
    ) -> None:
        """Write one line, its middle at a height."""
        with mpl.rc_context(_SETTINGS):
            self._axes.text(
                x, y, text, size=size, weight=weight, ha=align, va='center', color=color
            )

    def save(self, path: Path) -> Path:
        """Write the drawing; the same drawing gives the same bytes."""
        metadata = _WITHOUT_DATE if path.suffix == '.svg' else None
        with mpl.rc_context(_SETTINGS):
            self._figure.savefig(path, metadata=metadata, dpi=110, facecolor='white')
        return path
