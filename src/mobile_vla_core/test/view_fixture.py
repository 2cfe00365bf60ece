# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""Episodes for the tests of `episodes view`, written by the real writer."""

from pathlib import Path

import numpy as np

from mobile_vla_core.episodes import EpisodeWriter
from mobile_vla_core.images import encode_jpeg

PERIOD = 0.1
HEIGHT, WIDTH = 45, 80


def record(
    folder: Path,
    name: str,
    *,
    frames: int = 20,
    instruction: str = 'go around the box on the left side',
    scenario: str = '1box_vert_left',
    outcome: str = 'success',
    missing: tuple[int, ...] = (),
) -> Path:
    """
    Record an episode whose frame t is as bright as t says; it turns left, and stops at its end.

    :param missing: frames that the camera dropped
    """
    writer = EpisodeWriter(folder, instruction=instruction, scenario=scenario, name=name)
    for t in range(frames):
        stamp = 100.0 + t * PERIOD
        if t not in missing:
            writer.add_frame('front', encode_jpeg(picture(t, frames)), stamp, stamp + 0.01)
        velocity = (0.4, 0.0, 0.5 * np.sin(t / 3)) if t < frames - 3 else (0.0, 0.0, 0.0)
        writer.add_command(velocity, stamp, stamp + 0.02)
    return writer.close(outcome, '', 100.0 + frames * PERIOD)


def picture(t: int, frames: int) -> np.ndarray:
    """Return a picture with a bar at the place that t says, shape (H, W_px, 3) RGB."""
    rgb = np.full((HEIGHT, WIDTH, 3), (60, 90, 140), dtype=np.uint8)
    left = int(t / frames * (WIDTH - 8))
    rgb[10:35, left : left + 8] = (230, 160, 40)
    return rgb
