# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""
How fast the episode toolbox looks through a folder: 1,000 episodes of 100 frames at 160x90.

`episodes check` decodes every picture, `episodes info` reads all but the pictures. Both are run as
a user runs them, with the start of the program and of its processes; the best of several runs.
The episodes are in the page cache, and their pictures are as hard to compress as a camera's.
"""

from __future__ import annotations

import json
import math
from pathlib import Path
import subprocess
import sys
import tempfile
import time

import numpy as np
from rig.pictures import scenes
from rig.result import give_result, result_parser

from mobile_vla_core.episodes.camera_stream import CameraStream
from mobile_vla_core.episodes.writer import EpisodeWriter
from mobile_vla_core.images import encode_jpeg, use_one_thread

EPISODES, FRAMES = 1000, 100
SIZE = (90, 160)
SCENES = 300
RUNS = 3
PERIOD = 0.1


def record(folder: Path, episodes: int) -> None:
    """Write episodes of drives around a box, each with pictures and commands of its own."""
    jpegs = [encode_jpeg(picture) for picture in scenes(SIZE, SCENES)]
    camera = CameraStream(height=SIZE[0], width=SIZE[1])
    for number in range(episodes):
        side = 1 if number % 2 else -1
        random = np.random.default_rng(number)
        name = 'left' if side > 0 else 'right'
        writer = EpisodeWriter(
            folder,
            name=f'episode_{number:04}',
            instruction=f'drive around the box on the {name}',
            scenario=f'1box_{name}',
            cameras=[camera],
            expected_period=PERIOD,
        )
        speed, first = random.uniform(0.3, 0.7), int(random.integers(SCENES))
        for t in range(FRAMES):
            stamp = 1000.0 + t * PERIOD
            wobble = random.normal(0.0, 0.01)
            bend = side * 0.4 * math.cos(math.pi * t / FRAMES)
            writer.add_frame('front', jpegs[(first + t) % SCENES], stamp, stamp + 0.01)
            writer.add_command((speed + wobble, bend, 0.2 * bend + wobble), stamp, stamp)
        writer.close('success')


def seconds(*arguments: str) -> tuple[float, dict]:
    """Return the time of the fastest run of `episodes`, and the document that it prints."""
    best, document = float('inf'), {}
    for _ in range(RUNS):
        start = time.monotonic()
        command = [sys.executable, '-m', 'mobile_vla_core.toolbox.command', *arguments, '--json']
        process = subprocess.run(command, stdout=subprocess.PIPE, check=True)
        best = min(best, time.monotonic() - start)
        document = json.loads(process.stdout)
    return best, document


def autogroup_nice() -> int:
    """Return the priority over other sessions of this machine, 0 as usual, less is higher."""
    try:
        return int(Path('/proc/self/autogroup').read_text().split()[-1])
    except (OSError, ValueError, IndexError):
        return 0


def measure(episodes: int) -> dict[str, float]:
    """Return all figures."""
    use_one_thread()
    with tempfile.TemporaryDirectory() as folder:
        record(Path(folder), episodes)
        info, inventory = seconds('info', folder)
        check, report = seconds('check', folder, '--fail-on', 'never')
        size = sum(path.stat().st_size for path in Path(folder).iterdir())
    frames = inventory['summary']['frames']
    if not report['frames'] == frames == episodes * FRAMES:
        raise RuntimeError(f'{episodes * FRAMES} frames were written, {report["frames"]} checked')
    return {
        'check_frames_per_s': round(frames / check, 1),
        'check_s': round(check, 3),
        f'info_{episodes}_episodes_s': round(info, 3),
        'episodes': episodes,
        'frames': frames,
        'megabytes': round(size / 1e6, 1),
        'errors': report['counts']['error'],
        'autogroup_nice': autogroup_nice(),
    }


def main() -> int:
    """Measure, print, write."""
    parser = result_parser(__doc__)
    parser.add_argument('--episodes', type=int, default=EPISODES, help='for a shorter run')
    options = parser.parse_args()
    return give_result(lambda: measure(options.episodes), options.json)


if __name__ == '__main__':
    sys.exit(main())
