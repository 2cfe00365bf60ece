# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""Small real episodes, written by the real writer, for all tests of training."""

from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
import os
from pathlib import Path
import subprocess

import numpy as np
import pytest

from mobile_vla_core.episodes.writer import CameraStream, EpisodeWriter
from mobile_vla_core.images import encode_jpeg

HEIGHT, WIDTH = 24, 32
SCENARIOS = ('box_left', 'box_right')
STEPS = 20
CREATED = datetime(2025, 1, 1, tzinfo=timezone.utc)


def draw_frame(position: float, shade: int) -> np.ndarray:
    """Draw a bright post at a horizontal position (0..1) before a grey wall."""
    frame = np.full((HEIGHT, WIDTH, 3), shade, dtype=np.uint8)
    column = int(position * (WIDTH - 4))
    frame[6:, column : column + 4] = (250, 200, 40)
    return frame


def write_episode(
    folder: Path,
    number: int,
    *,
    scenario: str | None = None,
    steps: int = STEPS,
    period: float = 0.1,
    camera: str = 'front',
    outcome: str = 'success',
    detour: bool = False,
    speed: float = 1.0,
) -> Path:
    """
    Record a drive that passes a post on the named side and ends standing still.

    :param detour: whether it turns back to the heading that it began with
    :param speed: share of the usual one
    """
    scenario = SCENARIOS[number % 2] if scenario is None else scenario
    side = -1.0 if scenario.endswith('right') else 1.0
    text = f'pass the post on the {"right" if side < 0 else "left"}'
    generator = np.random.default_rng(number)
    writer = EpisodeWriter(
        folder,
        instruction=text,
        scenario=scenario,
        cameras=(CameraStream(camera),),
        created=CREATED + timedelta(seconds=number),
    )
    start, shade = generator.uniform(0.3, 0.7), int(generator.integers(60, 120))
    for t in range(steps):
        progress = t / steps
        frame = draw_frame(np.clip(start + side * progress * 0.3, 0.0, 1.0), shade)
        stamp = 5.0 + t * period
        writer.add_frame(camera, encode_jpeg(frame), stamp, stamp)
        moving = t < steps - 3
        turn = 1.0 - 2.0 * progress if detour else 1.0
        velocity = np.array([0.5, side * 0.3 * (1.0 - progress), side * 0.2 * turn]) * moving
        velocity *= speed
        writer.add_command(velocity, stamp, stamp)
    return writer.close(outcome)


@pytest.fixture(scope='session')
def episodes(tmp_path_factory) -> Path:
    """Return a folder of ten episodes, five on each side."""
    folder = tmp_path_factory.mktemp('episodes')
    for number in range(10):
        write_episode(folder, number)
    return folder


@pytest.fixture
def small_disk(request, tmp_path) -> Iterator[Path]:
    """
    Mount a disk of 3.6 MB, or of what a test is parametrised with, at a folder.

    A small network's checkpoints and state have room in 3.6 MB, but no second state beside it.
    """
    folder, size = tmp_path / 'disk', getattr(request, 'param', '3600k')
    folder.mkdir()
    if os.geteuid() != 0:
        pytest.skip('needs a small file system: run make test as root')
    command = ['mount', '-t', 'tmpfs', '-o', f'size={size}', 'tmpfs', folder]
    mount = subprocess.run(command, capture_output=True, text=True)
    if mount.returncode:
        pytest.skip(f'mount says {mount.stderr.strip()}: run make test as root where it may mount')
    yield folder
    subprocess.run(['umount', '--lazy', folder], check=True)
