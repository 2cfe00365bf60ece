# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""The recorder as a process, and a robot that publishes to it and calls it, over real DDS."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
import signal
import subprocess
import sys
import time

from geometry_msgs.msg import Twist, TwistStamped
import numpy as np
from rclpy.context import Context
from rclpy.executors import SingleThreadedExecutor
from rclpy.node import Node
from rclpy.publisher import Publisher
from rclpy.qos import DurabilityPolicy, QoSProfile
from rclpy.task import Future
from sensor_msgs.msg import CompressedImage, Image

from mobile_vla_core.images import encode_jpeg
from mobile_vla_msgs.msg import RecorderStatus
from mobile_vla_msgs.srv import StartEpisode

HEIGHT, WIDTH, PADDING = 24, 32, 8
TIMEOUT = 20.0


def rgb(t: int) -> np.ndarray:
    return np.full((HEIGHT, WIDTH, 3), (10 * t % 256, 0, 200), dtype=np.uint8)


class Robot(Node):
    """Publishes pictures and commands, and calls the recorder, in a domain of its own."""

    def __init__(
        self, context: Context, image_type: type, command_type: type, namespace: str = ''
    ) -> None:
        super().__init__('robot', context=context, namespace=namespace)
        self.spinner = SingleThreadedExecutor(context=context)
        self.spinner.add_node(self)
        self.images = self.create_publisher(image_type, 'camera/image_raw', QoSProfile(depth=50))
        self.commands = self.create_publisher(command_type, 'cmd_vel', QoSProfile(depth=50))
        self.drives = False
        self.statuses: list[RecorderStatus] = []
        latched = QoSProfile(depth=1, durability=DurabilityPolicy.TRANSIENT_LOCAL)
        self.create_subscription(RecorderStatus, 'recorder/status', self.statuses.append, latched)

    def ask(self, service_type: type, name: str, **fields) -> Future:
        """Call a service and return what its answer will come in."""
        client = self.create_client(service_type, f'recorder/{name}')
        assert client.wait_for_service(timeout_sec=TIMEOUT)
        future = client.call_async(service_type.Request(**fields))
        future.add_done_callback(lambda _: self.destroy_client(client))
        return future

    def call(self, service_type: type, name: str, **fields):
        future = self.ask(service_type, name, **fields)
        self.spinner.spin_until_future_complete(future, timeout_sec=TIMEOUT)
        return future.result()

    def spin_until(self, condition) -> None:
        end = time.monotonic() + TIMEOUT
        while not condition():
            assert time.monotonic() < end, self.statuses[-1:]
            self.spinner.spin_once(timeout_sec=0.05)

    def create_publishers(self, kinds: dict[str, type]) -> dict[str, Publisher]:
        """Return publishers by topic, each with a subscriber."""
        found = {
            topic: self.create_publisher(kind, topic, QoSProfile(depth=50))
            for topic, kind in kinds.items()
        }
        self.spin_until(lambda: all(p.get_subscription_count() for p in found.values()))
        return found

    def wait_for_recorder(self) -> None:
        publishers = (self.images, self.commands)
        self.spin_until(lambda: all(p.get_subscription_count() == 1 for p in publishers))

    def start_episode(self, also: Callable[[], None] | None = None, **fields) -> None:
        def started() -> bool:
            # A best-effort picture may be lost until both ends have found each other.
            self.send_picture(0)
            if also:
                also()
            if self.drives:
                self.send_command(0)
            self.spinner.spin_once(timeout_sec=0.2)
            return self.call(StartEpisode, 'start', **fields).success

        self.spin_until(started)

    def send_picture(self, t: int, encoding: str = 'bgr8') -> None:
        if self.images.msg_type is CompressedImage:
            message = CompressedImage(format='jpeg', data=encode_jpeg(rgb(t), 70))
        else:
            padding = np.zeros((HEIGHT, PADDING), dtype=np.uint8)
            rows = np.hstack([rgb(t)[..., ::-1].reshape(HEIGHT, -1), padding])
            message = Image(height=HEIGHT, width=WIDTH, encoding=encoding, data=rows.tobytes())
            message.step = WIDTH * 3 + PADDING
        message.header.stamp.sec = 100 + t
        self.images.publish(message)

    def send_command(self, t: int, speed: float | None = None) -> None:
        speed = float(t) if speed is None else speed
        if self.commands.msg_type is Twist:
            message = Twist()
            message.linear.x = speed
        else:
            message = TwistStamped()
            message.header.stamp.sec = 100 + t
            message.twist.linear.x = speed
        self.commands.publish(message)


class Recorder:
    """The node's process, logging to a file."""

    def __init__(
        self, folder: Path, environment: dict[str, str], namespace: str = '', **parameters
    ) -> None:
        self.log = folder / 'recorder.log'
        self.output = folder / 'episodes'
        values = {
            'output': self.output,
            'minimum_free_megabytes': 0,
            'require_commands': False,
            **parameters,
        }
        arguments = [part for key, value in values.items() for part in ('-p', f'{key}:={value}')]
        command = [sys.executable, '-m', 'mobile_vla_recorder.recorder_node', '--ros-args']
        if namespace:
            command += ['-r', f'__ns:={namespace}']
        with self.log.open('w') as log:
            self.process = subprocess.Popen(
                [*command, *arguments], env=environment, stdout=log, stderr=log
            )

    def hold_up(self) -> None:
        """Stop the process, and return when it stands."""
        self.process.send_signal(signal.SIGSTOP)
        status = Path(f'/proc/{self.process.pid}/stat')
        while status.read_text().rsplit(')', 1)[1].split()[0] != 'T':
            time.sleep(0.001)

    def end_impatiently(self, with_signal: int) -> int:
        """Send a signal again and again until the process has ended."""
        end = time.monotonic() + TIMEOUT
        while self.process.poll() is None:
            assert time.monotonic() < end, self.log.read_text()
            self.process.send_signal(with_signal)
            time.sleep(0.005)
        return self.process.returncode

    def end(self, with_signal: int) -> int:
        self.process.send_signal(with_signal)
        return self.process.wait(TIMEOUT)
