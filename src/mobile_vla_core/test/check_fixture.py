# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""Sound drives, written by the real writer, each of whose parts a test can make unsound."""

from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np

from mobile_vla_core.episodes import CameraStream, EpisodeWriter
from mobile_vla_core.images import encode_jpeg
from mobile_vla_core.toolbox.checks.examination import examine
from mobile_vla_core.toolbox.checks.finding import Finding

FRAMES = 40
PERIOD = 0.1
HEIGHT, WIDTH = 45, 80
LEFT = 'pass the box on the left'


def scene(t: int, seed: int = 0) -> np.ndarray:
    """Return what is seen at frame t, shape (H, W_px, 3) RGB: a warm room that passes by."""
    random = np.random.default_rng(seed)
    room = random.normal(0.0, 1.0, (6, 40, 1)) * 30.0 + random.normal(0.0, 8.0, (6, 40, 3))
    room = cv2.resize(room.astype(np.float32), (WIDTH + 4 * FRAMES, HEIGHT))
    view = room[:, 2 * t : 2 * t + WIDTH] + np.array([150.0, 120.0, 90.0])
    return np.clip(view, 0, 255).astype(np.uint8)


def detour(t: int, side: float = 1.0) -> tuple[float, float, float]:
    """Return the command at frame t of a drive around a box on one side, +1 for the left."""
    wobble = 0.01 * np.sin(1.7 * t)
    if t >= FRAMES - 3:
        return 0.0, 0.0, 0.0
    if t < FRAMES // 2:
        return 0.5 + wobble, side * (0.4 + wobble), -0.1 * side
    return 0.5 + wobble, side * (wobble - 0.3), 0.1 * side


def record(
    folder: Path,
    name: str = 'drive',
    *,
    frames: int = FRAMES,
    picture: Callable[[int], np.ndarray] = scene,
    jpeg: Callable[[int], bytes] | None = None,
    command: Callable[[int], tuple[float, float, float]] = detour,
    stamp: Callable[[int], float] = lambda t: 50.0 + t * PERIOD,
    delay: float = 0.01,
    action_type: int = -1,
    odometry: float = 0.0,
    **labels: str,
) -> Path:
    """
    Write an episode.

    :param delay: of pictures [s]; commands come at once
    :param odometry: measured speed, as a share of the commanded one; 0: none
    :param labels: instruction, scenario, outcome
    """
    writer = EpisodeWriter(
        folder,
        name=name,
        instruction=labels.get('instruction', LEFT),
        scenario=labels.get('scenario', 'box_left'),
        cameras=[CameraStream(width=WIDTH, height=HEIGHT)],
        expected_period=PERIOD,
    )
    for t in range(frames):
        content = encode_jpeg(picture(t)) if jpeg is None else jpeg(t)
        writer.add_frame('front', content, stamp(t), stamp(t) + delay)
        velocity = command(t)
        given = 50.0 + t * PERIOD
        writer.add_command(velocity, given, given, action_type)
        if odometry:
            measured = np.array([velocity[0], velocity[1], 0, 0, 0, velocity[2]]) * odometry
            writer.add_odometry(given, (0, 0, 0, 0, 0, 0, 1), measured)
    return writer.close(labels.get('outcome', 'success'))


def findings(path: Path) -> dict[str, Finding]:
    """Return what is found in a file, the first of each code."""
    return {finding.code: finding for finding in reversed(examine(path).findings)}
