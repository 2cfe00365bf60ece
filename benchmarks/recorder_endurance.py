# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""
Does the recorder stay as it was: its memory, its file handles, and every picture.

The recorder and a robot that publishes are processes of their own, with DDS between them. With
--json FILE a picture of the memory over time is drawn beside it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import astuple, dataclass
import os
from pathlib import Path
from statistics import median
import sys
import tempfile
import time
from typing import Any

import rclpy
from rclpy.executors import SingleThreadedExecutor
from rclpy.node import Node
from rig.memory_plot import save_memory_plot
from rig.recorder_process import Memory, RecorderProcess
from rig.result import give_result, result_parser
from rig.robot_process import CameraSource, RobotProcess
from tqdm import tqdm

from mobile_vla_core.episodes import Episode, find_episodes
from mobile_vla_core.ros_domain import reserve_domain

TWO_CAMERAS = (
    CameraSource('front', 'front/image_raw', 480, 640),
    CameraSource('rear', 'rear/image_raw', 480, 640),
)
MIXED_CAMERAS = (
    CameraSource('front', 'front/image_raw/compressed', 720, 1280, compressed=True),
    TWO_CAMERAS[1],
)
TWO_CAMERAS_SECONDS = 60
EPISODE_SECONDS = 0.2
SETTLE_SECONDS = 2.0


@dataclass(frozen=True)
class CameraCount:
    """Pictures of one camera, between the start of an episode and its end."""

    published: int
    received: int
    """By the recorder: recorded or dropped."""
    recorded: int
    dropped: int
    lost_before_recorder: int


@contextmanager
def rig(
    node: Node, cameras: Sequence[CameraSource]
) -> Iterator[tuple[RecorderProcess, RobotProcess, Path]]:
    """Run a recorder and a robot until an episode runs, and yield them and the output folder."""
    with (
        tempfile.TemporaryDirectory() as name,
        RecorderProcess(node, Path(name), cameras) as recorder,
        RobotProcess(cameras) as robot,
    ):
        recorder.wait_until_it_starts()
        yield recorder, robot, Path(name)


def record(
    node: Node, cameras: Sequence[CameraSource], seconds: int, name: str
) -> tuple[list[Memory], dict[str, CameraCount]]:
    """Record for so long [s]; return the memory each second and what became of the pictures."""
    with rig(node, cameras) as (recorder, robot, _):
        started = time.time()
        samples = []
        for _ in tqdm(range(seconds), name, unit='s'):
            spin(node, 1.0)
            samples.append(recorder.memory())
        stamps = robot.end()
        spin(node, SETTLE_SECONDS)
        dropped = recorder.dropped()
        saved = recorder.call('stop', outcome='success')
        if saved.dropped != sum(dropped.values()):
            raise RuntimeError(f'{saved.dropped} dropped at stop, {dropped} in the status')
        with Episode(Path(saved.path)) as episode:
            counts = {}
            for camera in cameras:
                published = {stamp for stamp in stamps[camera.name] if stamp > started}
                recorded = len(published.intersection(episode.stamps(camera.name)))
                received = recorded + dropped[camera.name]
                lost = len(published) - received
                counts[camera.name] = CameraCount(
                    len(published), received, recorded, dropped[camera.name], lost
                )
    return samples, counts


def start_and_end(node: Node, episodes: int) -> dict[str, Any]:
    """Record short episodes, of each two one is saved and one discarded; return what is left."""
    with rig(node, MIXED_CAMERAS) as (recorder, _, output):
        recorder.call('discard')  # whatever is made once is made by now
        spin(node, SETTLE_SECONDS)
        before = recorder.handles(), recorder.threads(), recorder.memory()
        middle = before[2]
        for episode in tqdm(range(episodes), 'episodes'):
            if episode == episodes // 2:
                middle = recorder.memory()
            recorder.call('start', instruction=f'episode {episode}')
            spin(node, EPISODE_SECONDS)
            recorder.call('discard' if episode % 2 else 'stop')
        spin(node, SETTLE_SECONDS)
        after = recorder.handles(), recorder.threads(), recorder.memory()
        saved = find_episodes(output)
        for path in saved:
            with Episode(path) as episode:
                if not len(episode):
                    raise RuntimeError(f'{path.name} is empty')
        return {
            'episodes': episodes,
            'episodes_saved': len(saved),
            'handles_before': before[0],
            'handles_after': after[0],
            'leaked_handles': after[0] - before[0],
            'threads_before': before[1],
            'threads_after': after[1],
            'leaked_threads': after[1] - before[1],
            'episodes_memory_growth_mb': round(after[2].resident - before[2].resident, 1),
            'episodes_memory_growth_second_half_mb': round(after[2].resident - middle.resident, 1),
        }


def spin(node: Node, seconds: float) -> None:
    """Take in what comes for so long [s]."""
    end = time.monotonic() + seconds
    while (left := end - time.monotonic()) > 0:
        node.executor.spin_once(timeout_sec=left)


def memory_figures(samples: Sequence[Memory]) -> dict[str, float]:
    """Return the first and the last minute's medians, what lies between them, and the most."""
    starts, ends = (
        Memory(*map(median, zip(*map(astuple, part), strict=True)))
        for part in (samples[:60], samples[-60:])
    )
    return {
        'memory_first_minute_mb': round(starts.resident, 1),
        'memory_last_minute_mb': round(ends.resident, 1),
        'memory_growth_mb': round(ends.resident - starts.resident, 1),
        'memory_max_mb': round(max(sample.resident for sample in samples), 1),
        'memory_pss_growth_mb': round(ends.proportional - starts.proportional, 1),
        'memory_anonymous_growth_mb': round(ends.anonymous - starts.anonymous, 1),
    }


def camera_figures(name: str, counts: dict[str, CameraCount]) -> dict[str, Any]:
    """Return the sums over all cameras, and each camera's own."""
    sums = {
        f'{name}_{field}': sum(getattr(count, field) for count in counts.values())
        for field in CameraCount.__dataclass_fields__
    }
    return {**sums, f'{name}_by_camera': {key: vars(count) for key, count in counts.items()}}


def measure(node: Node, seconds: int, episodes: int) -> tuple[dict[str, Any], list[Memory]]:
    """Return all figures, and the memory over the long recording."""
    figures: dict[str, Any] = {}

    def note_load(part: str) -> None:
        figures[f'{part}_load_average'] = round(os.getloadavg()[0], 1)

    _, counts = record(node, TWO_CAMERAS, TWO_CAMERAS_SECONDS, 'two cameras')
    figures['two_cameras_seconds'] = TWO_CAMERAS_SECONDS
    figures.update(camera_figures('two_cameras', counts))
    note_load('two_cameras')
    figures.update(start_and_end(node, episodes))
    note_load('episodes')
    samples, counts = record(node, MIXED_CAMERAS, seconds, 'memory')
    figures['recording_seconds'] = seconds
    figures.update(memory_figures(samples))
    figures.update(camera_figures('recording', counts))
    note_load('recording')
    return figures, samples


def measure_in_ros(seconds: int, episodes: int, picture: Path | None) -> dict[str, Any]:
    """Return all figures, of a robot in this process; draw the memory when a file is named."""
    rclpy.init()
    try:
        node = Node('endurance')
        executor = SingleThreadedExecutor()  # the node does not keep it
        executor.add_node(node)
        figures, samples = measure(node, seconds, episodes)
    finally:
        rclpy.try_shutdown()
    if picture:
        title = f'recorder, 1280x720 JPEG and 640x480 raw at 30 Hz, load {os.getloadavg()[0]:.1f}'
        save_memory_plot(picture, samples, title)
    return figures


def main() -> int:
    """Measure, print, write, draw."""
    parser = result_parser(__doc__)
    seconds = int(os.environ.get('ENDURANCE_SECONDS', 600))
    parser.add_argument(
        '--seconds', type=int, default=seconds, help='length of the long recording [s]'
    )
    parser.add_argument('--episodes', type=int, default=200, help='how many short ones')
    options = parser.parse_args()
    picture = options.json.with_suffix('.png') if options.json else None
    with reserve_domain() as domain:
        os.environ['ROS_DOMAIN_ID'] = str(domain)
        return give_result(
            lambda: measure_in_ros(options.seconds, options.episodes, picture), options.json
        )


if __name__ == '__main__':
    sys.exit(main())
