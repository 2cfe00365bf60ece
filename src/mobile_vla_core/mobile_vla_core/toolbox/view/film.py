# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""An episode as an MP4 with its commands drawn in."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from ...episodes import Episode
from ...errors import EpisodeError
from ...plain_text import plain_text
from ..video import Mp4Writer
from .command_overlay import CommandOverlay
from .curves import camera_seconds, episode_curves


def write_film(episode: Episode, target: Path, camera: str | None = None) -> None:
    """
    Write the frames of a camera as they came in time, each with the command in force.

    :param camera: the primary one when None
    :raises EpisodeError: if there is no frame
    """
    total = episode.frames(camera)
    if not total:
        raise EpisodeError(f'{episode.path.name} has no frame to show')
    curves = episode_curves(episode)
    overlay = CommandOverlay(curves.actions, plain_text(episode.instruction))
    seconds = camera_seconds(episode, curves, camera)
    rows = np.searchsorted(curves.seconds, seconds, side='right') - 1
    with Mp4Writer(target) as film:
        for t in range(total):
            action = curves.actions[max(rows[t], 0)]
            text = f'{seconds[t]:.2f} s  frame {t} of {total}'
            film.add(overlay.draw(episode.image(t, camera), action, text), float(seconds[t]))
