# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""Replay every crash point of a long recording, and kill the running recorder at random times."""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
import json
import os
from pathlib import Path
import random
import signal
import subprocess
import sys
import tempfile
import time

from geometry_msgs.msg import Twist
import numpy as np
import rclpy
from rclpy.node import Node
from rclpy.qos import DurabilityPolicy, QoSProfile
from sensor_msgs.msg import CompressedImage

from mobile_vla_core.episodes import Episode, recover_folder
from mobile_vla_core.images import encode_jpeg
from mobile_vla_core.ros_domain import reserve_domain
from mobile_vla_msgs.msg import RecorderStatus
from mobile_vla_msgs.srv import StartEpisode

sys.path.insert(0, str(Path(__file__).parents[1] / 'src/mobile_vla_core/test'))
import crash_replay

RATE = 30.0
TIMEOUT = 30.0
SIZE = 20_000
CAMERAS = crash_replay.CAMERAS


def picture(t: int, camera: str) -> bytes:
    """Return frame t of a camera, a JPEG of 640x480 that differs from all others."""
    random = np.random.default_rng([t, CAMERAS.index(camera)])
    coarse = random.integers(0, 255, (12, 16, 3), dtype=np.uint8)
    return encode_jpeg(coarse.repeat(40, axis=0).repeat(40, axis=1))


class Robot(Node):
    """Publishes pictures and commands at 30 Hz, and sees what the recorder acknowledges."""

    def __init__(self, cameras: Sequence[str]) -> None:
        super().__init__('robot')
        self._images = {
            name: self.create_publisher(CompressedImage, f'{name}/image', 5) for name in cameras
        }
        self._commands = self.create_publisher(Twist, 'cmd_vel', 10)
        self._start = self.create_client(StartEpisode, 'recorder/start')
        latched = QoSProfile(depth=1, durability=DurabilityPolicy.TRANSIENT_LOCAL)
        self.create_subscription(RecorderStatus, 'recorder/status', self._on_status, latched)
        self.create_timer(1.0 / RATE, self._publish)
        self._t = 0
        self.acknowledged = dict.fromkeys(cameras, 0)

    def _on_status(self, status: RecorderStatus) -> None:
        if status.state == 'recording':
            for name, frames in zip(status.camera_names, status.camera_frames, strict=True):
                self.acknowledged[name] = max(self.acknowledged[name], frames)

    def _publish(self) -> None:
        self._t += 1
        for name, images in self._images.items():
            message = CompressedImage(format='jpeg', data=picture(self._t, name))
            message.header.stamp.sec = self._t
            images.publish(message)
        self._commands.publish(Twist())

    def spin_for(self, seconds: float) -> None:
        """Publish for so long [s]."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            rclpy.spin_once(self, timeout_sec=0.02)

    def start_episode(self) -> None:
        """Ask until the recorder records."""
        end = time.monotonic() + TIMEOUT
        while time.monotonic() < end:
            self.spin_for(0.3)
            if not self._start.service_is_ready():
                continue
            future = self._start.call_async(StartEpisode.Request(instruction='go'))
            rclpy.spin_until_future_complete(self, future, timeout_sec=TIMEOUT)
            if future.result().success:
                return
        raise TimeoutError('the recorder did not start an episode')


@contextmanager
def recorder(output: Path, cameras: Sequence[str]) -> Iterator[subprocess.Popen]:
    """Run the installed recorder."""
    program = Path(os.environ['MOBILE_VLA_INSTALL']) / 'mobile_vla_recorder/lib'
    topics = [f'{name}/image' for name in cameras]
    command = [program / 'mobile_vla_recorder/recorder', '--ros-args', '-p', f'output:={output}']
    command += ['-p', 'compressed:=true', '-p', 'minimum_free_megabytes:=0']
    command += ['-p', f'camera_names:={list(cameras)}', '-p', f'image_topics:={topics}']
    with (output / 'recorder.log').open('a') as log:
        process = subprocess.Popen(list(map(str, command)), stdout=log, stderr=log)
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def kill_once(seconds: float, cameras: Sequence[str]) -> tuple[int, int]:
    """Kill a recorder after a time [s]; return frames acknowledged and frames lost."""
    with tempfile.TemporaryDirectory() as name:
        output, robot = Path(name), Robot(cameras)
        with recorder(output, cameras) as process:
            robot.start_episode()
            robot.spin_for(seconds)
            process.send_signal(signal.SIGKILL)
        acknowledged = robot.acknowledged
        robot.destroy_node()
        (report,) = recover_folder(output)
        print(f'killed after {seconds:.2f} s: {acknowledged} acknowledged; {report.text}')
        lost = acknowledged if report.path is None else count_lost(report.path, acknowledged)
        return sum(acknowledged.values()), sum(lost.values())


def count_lost(path: Path, acknowledged: dict[str, int]) -> dict[str, int]:
    """Return of each camera how many acknowledged frames are absent or not as they were sent."""
    lost = {}
    with Episode(path) as episode:
        valid = len(episode.actions) == len(episode)
        for camera, count in acknowledged.items():
            stamps = episode.stamps(camera).astype(int)
            same = [episode.jpeg(i, camera) == picture(t, camera) for i, t in enumerate(stamps)]
            missing = max(count - len(same), 0) + same.count(False)
            lost[camera] = missing if valid else count
    return lost


def run(frames: int, kills: int) -> dict[str, int]:
    """Return the counts over all replays and kills."""
    result = {'points': 0, 'torn': 0, 'kills': 0, 'acknowledged': 0, 'lost': 0}
    for cameras in (1, 2):
        with tempfile.TemporaryDirectory() as name:
            calls = crash_replay.record(Path(name), frames, cameras, SIZE)
            if not crash_replay.same_file(calls, Path(name)):
                raise RuntimeError('the recorded calls do not give the file')
            damage = crash_replay.replay(calls, Path(name), SIZE, every_page=True)
        print(f'{cameras} cameras: {damage}', flush=True)
        for key in ('points', 'torn', 'acknowledged'):
            result[key] += getattr(damage, key)
        result['lost'] += damage.lost + damage.wrong
    with reserve_domain() as domain:
        os.environ['ROS_DOMAIN_ID'] = str(domain)
        rclpy.init()
        try:
            for number in range(kills):
                cameras = CAMERAS[: 1 + number % 2]
                acknowledged, lost = kill_once(random.uniform(0.6, 4.0), cameras)
                result['kills'] += 1
                result['acknowledged'] += acknowledged
                result['lost'] += lost
        finally:
            rclpy.try_shutdown()
    return result


def main() -> int:
    """Write the result; exit code 1 when a frame was lost."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('--frames', type=int, default=150, help='frames of each camera')
    parser.add_argument('--kills', type=int, default=20)
    parser.add_argument('--result', type=Path, default=Path('runs/crash/result.json'))
    options = parser.parse_args()
    result = run(options.frames, options.kills)
    options.result.parent.mkdir(parents=True, exist_ok=True)
    options.result.write_text(json.dumps(result, indent=2) + '\n')
    print(json.dumps(result))
    return 1 if result['lost'] else 0


if __name__ == '__main__':
    sys.exit(main())
