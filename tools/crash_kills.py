# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""Kill the running recorder at a random moment of what it does, and let it recover that."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
import os
from pathlib import Path
import random
import signal
import subprocess
import tempfile
import time

from crash_replay import CAMERAS
from geometry_msgs.msg import Twist
import numpy as np
import rclpy
from rclpy.node import Node
from rclpy.qos import DurabilityPolicy, QoSProfile
from rclpy.task import Future
from sensor_msgs.msg import CompressedImage

from mobile_vla_core.episodes import Episode, schema
from mobile_vla_core.images import encode_jpeg
from mobile_vla_core.toolbox.checks.codes import Severity
from mobile_vla_core.toolbox.checks.examination import examine
from mobile_vla_msgs.msg import RecorderStatus
from mobile_vla_msgs.srv import RelabelEpisode, StartEpisode, StopEpisode

PHASES = ('recording', 'start', 'stop', 'relabel')
RATE = 30.0
TIMEOUT = 30.0
READY = 'episodes go to'
"""What a recorder logs when it is there."""
SHORT = ('data.no_frames', 'action.zero')
"""True of an episode that was killed at its first frame."""
ANSWER_TIME = 0.15
"""A request is answered in about so long on a quiet machine [s]."""


def picture(t: int, camera: str) -> bytes:
    """Return frame t of a camera, a JPEG of 640x480 that differs from all others."""
    random = np.random.default_rng([t, CAMERAS.index(camera)])
    coarse = random.integers(0, 255, (12, 16, 3), dtype=np.uint8)
    return encode_jpeg(coarse.repeat(40, axis=0).repeat(40, axis=1))


@dataclass
class Toll:
    """
    What kills have cost.

    :ivar acknowledged: frames that a status or an answer had counted
    :ivar lost: those of them that are absent afterwards, or not as they were sent
    :ivar invalid: episodes of which `episodes check` says that they are not to be trained on
    """

    acknowledged: int = 0
    lost: int = 0
    invalid: int = 0


class Robot(Node):
    """Publishes pictures and commands at 30 Hz, and sees what the recorder acknowledges."""

    def __init__(self, cameras: Sequence[str]) -> None:
        super().__init__('robot')
        self._images = {
            name: self.create_publisher(CompressedImage, f'{name}/image', 5) for name in cameras
        }
        self._commands = self.create_publisher(Twist, 'cmd_vel', 10)
        self._recorder = {
            name: self.create_client(kind, f'recorder/{name}')
            for name, kind in (
                ('start', StartEpisode),
                ('stop', StopEpisode),
                ('relabel', RelabelEpisode),
            )
        }
        latched = QoSProfile(depth=1, durability=DurabilityPolicy.TRANSIENT_LOCAL)
        self.create_subscription(RecorderStatus, 'recorder/status', self._on_status, latched)
        self.create_timer(1.0 / RATE, self._publish)
        self._t = 0
        self.acknowledged: dict[str, dict[str, int]] = {}
        """Frames of each camera, by the name of the episode."""

    def _on_status(self, status: RecorderStatus) -> None:
        if not status.episode:
            return
        name = Path(status.episode).name.removesuffix(schema.PART_SUFFIX)
        counts = self.acknowledged.setdefault(name, dict.fromkeys(self._images, 0))
        for camera, frames in zip(status.camera_names, status.camera_frames, strict=True):
            counts[camera] = max(counts[camera], frames)

    def _publish(self) -> None:
        self._t += 1
        for name, images in self._images.items():
            message = CompressedImage(format='jpeg', data=picture(self._t, name))
            message.header.stamp.sec = self._t
            images.publish(message)
        command = Twist()
        command.linear.x = 0.2 + 0.1 * np.sin(0.3 * self._t)
        self._commands.publish(command)

    def spin_for(self, seconds: float) -> None:
        """Publish for so long [s]."""
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0.0:
            rclpy.spin_once(self, timeout_sec=min(left, 0.02))

    def ask(self, name: str, **fields: str) -> Future:
        """Call a service, without waiting."""
        client = self._recorder[name]
        return client.call_async(client.srv_type.Request(**fields))

    def insist(self, name: str, **fields: str) -> None:
        """Call a service until it is done."""
        end = time.monotonic() + TIMEOUT
        while time.monotonic() < end:
            self.spin_for(0.3)
            if not self._recorder[name].service_is_ready():
                continue
            answer = self.ask(name, **fields)
            rclpy.spin_until_future_complete(self, answer, timeout_sec=TIMEOUT)
            if answer.result().success:
                return
        raise TimeoutError(f'the recorder does not {name}')


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


def kill_in(phase: str, cameras: Sequence[str]) -> Toll:
    """Kill a recorder in a phase, start another one that recovers, and see what is left."""
    with tempfile.TemporaryDirectory() as name:
        output, robot = Path(name), Robot(cameras)
        with recorder(output, cameras) as process:
            _reach(phase, robot)
            process.send_signal(signal.SIGKILL)
        acknowledged = robot.acknowledged
        robot.destroy_node()
        _recover(output, cameras)
        toll = Toll(acknowledged=sum(sum(counts.values()) for counts in acknowledged.values()))
        for episode, counts in acknowledged.items():
            path = output / f'{episode}{schema.SUFFIX}'
            toll.lost += sum(_lost(path, counts).values())
        episodes = sorted(output.glob(f'*{schema.SUFFIX}'))
        toll.invalid = sum(map(_is_invalid, episodes))
        left = sorted(path.name for path in output.iterdir() if path not in episodes)
        print(f'killed in {phase}: {acknowledged} acknowledged; beside episodes: {left}; {toll}')
        return toll


def _reach(phase: str, robot: Robot) -> None:
    """Return at a random moment of a phase."""
    robot.insist('start', instruction='go')
    robot.spin_for(random.uniform(0.6, 4.0 if phase == 'recording' else 1.5))
    if phase == 'recording':
        return
    if phase in ('start', 'relabel'):
        robot.insist('stop', outcome='success')
    fields = {
        'start': {'instruction': 'go on'},
        'stop': {'outcome': 'success'},
        'relabel': {'outcome': 'failure'},
    }
    robot.ask(phase, **fields[phase])
    robot.spin_for(random.uniform(0.0, ANSWER_TIME))


def _recover(output: Path, cameras: Sequence[str]) -> None:
    """Start the recorder again, wait until it has recovered all there is, and end it in order."""
    log = output / 'recorder.log'
    with recorder(output, cameras) as process:
        end = time.monotonic() + TIMEOUT
        while log.read_text().count(READY) < 2 or list(output.glob(f'*{schema.PART_SUFFIX}')):
            if time.monotonic() > end:
                raise TimeoutError(log.read_text())
            time.sleep(0.05)
        process.send_signal(signal.SIGTERM)
        if process.wait(TIMEOUT):
            raise RuntimeError(log.read_text())


def _lost(path: Path, acknowledged: dict[str, int]) -> dict[str, int]:
    """Return of each camera how many acknowledged frames are absent or not as they were sent."""
    if not path.exists():
        return acknowledged
    lost = {}
    with Episode(path) as episode:
        for camera, count in acknowledged.items():
            stamps = episode.stamps(camera).astype(int)
            same = [episode.jpeg(i, camera) == picture(t, camera) for i, t in enumerate(stamps)]
            lost[camera] = max(count - len(same), 0) + same.count(False)
    return lost


def _is_invalid(path: Path) -> bool:
    findings = [found for found in examine(path).findings if found.code not in SHORT]
    errors = [found for found in findings if found.severity is Severity.ERROR]
    for found in errors:
        print(f'{found.episode}: {found.code}: {found.text}')
    return bool(errors)
