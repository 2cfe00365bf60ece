# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""The files that show an episode: a sheet of frames, a plot of commands, a film."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ...episodes import Episode, schema
from ...images import use_one_thread
from ..new_output import new_output

SHEET, PLOT, FILM = '.sheet.png', '.plot.png', '.mp4'


@dataclass(frozen=True)
class PictureFiles:
    """
    Which files are drawn, and where to; may be sent to another process.

    :param suffixes: of SHEET, PLOT and FILM
    :param frames: of the sheet
    :param camera: None for the primary one
    """

    suffixes: tuple[str, ...]
    output: Path
    overwrite: bool = False
    frames: int = 24
    camera: str | None = None

    def __call__(self, path: Path) -> list[Path]:
        """
        Draw one episode and return the new files.

        :raises MobileVlaError: if it cannot be read or written
        """
        use_one_thread()
        stem = path.name.removesuffix(schema.PART_SUFFIX).removesuffix(path.suffix)
        written = []
        with Episode(path) as episode:
            for suffix in self.suffixes:
                target = self.output / f'{stem}{suffix}'
                with new_output(target, overwrite=self.overwrite) as draft:
                    self._writer(suffix)(episode, draft)
                written.append(target)
        return written

    def _writer(self, suffix: str) -> Callable[[Episode, Path], Any]:
        """Return what writes a file; matplotlib is imported only when it draws."""
        if suffix == SHEET:
            from .contact_sheet import contact_sheet

            return lambda episode, target: contact_sheet(
                episode, self.frames, self.camera
            ).savefig(target)
        if suffix == PLOT:
            from .action_plot import action_plot

            return lambda episode, target: action_plot(episode).savefig(target)
        from .film import write_film

        return lambda episode, target: write_film(episode, target, self.camera)
