# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""An episode of our schema with every stream that other formats hold."""

from pathlib import Path

import numpy as np

from mobile_vla_core.episodes import CameraStream, EpisodeWriter
from mobile_vla_core.images import encode_jpeg

FRAMES = 9
SIZE = (60, 80)
BEGIN = 1_760_000_000.0
STAMPS = BEGIN + np.array([0.0, 0.1, 0.21, 0.3, 0.41, 0.5, 1.1, 1.2, 1.3])
"""Uneven, with a gap after frame 5 [s]."""
INSTRUCTION = '왼쪽으로 돌아서 컵까지 가'
COLORS = ((210, 40, 30), (30, 60, 200))


def picture(t: int, size: tuple[int, int] = SIZE) -> np.ndarray:
    """Return an RGB picture: red left, blue right, the border moving with t."""
    rgb = np.empty((*size, 3), dtype=np.uint8)
    border = (t + 2) * size[1] // (FRAMES + 4)
    rgb[:, :border], rgb[:, border:] = COLORS
    return rgb


def write_episode(
    folder: Path,
    name: str = 'drive',
    *,
    frames: int = FRAMES,
    size: tuple[int, int] = SIZE,
    cameras: tuple[str, ...] = ('front',),
    odometry: bool = True,
    instruction: str = INSTRUCTION,
    scenario: str = '1box_vert_left',
) -> Path:
    """Write an episode; commands come 30 ms after each frame, frames are received 20 ms late."""
    writer = EpisodeWriter(
        folder,
        name=name,
        instruction=instruction,
        scenario=scenario,
        cameras=[CameraStream(camera, f'/{camera}/image_raw') for camera in cameras],
        action_topic='/cmd_vel',
    )
    for t, stamp in enumerate(STAMPS[:frames]):
        for camera in cameras:
            writer.add_frame(camera, encode_jpeg(picture(t, size)), stamp, stamp + 0.02)
        if odometry:
            writer.add_odometry(stamp, (t, 0, 0, 0, 0, 0, 1), (0.1 * t, 0, 0, 0, 0, -0.2))
        writer.add_command((0.1 * t, 0.0, 0.3), stamp + 0.03, stamp + 0.04)
    return writer.close('success', 'arrived', stamp=STAMPS[frames - 1] + 0.1)
