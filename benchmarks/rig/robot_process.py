# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""Cameras and a driver in a process of their own, which tells what it published."""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from dataclasses import dataclass
from multiprocessing import get_context
from multiprocessing.connection import Connection
import time

import cv2
from geometry_msgs.msg import Twist
import numpy as np
import rclpy
from rclpy.qos import qos_profile_sensor_data
from sensor_msgs.msg import CompressedImage, Image

from mobile_vla_core.images import encode_jpeg

RATE = 30.0
DIFFERENT_PICTURES = 10


@dataclass(frozen=True)
class CameraSource:
    """What one camera sends: raw pictures, or JPEG."""

    name: str
    topic: str
    height: int
    width: int
    compressed: bool = False

    def messages(self) -> list[Image | CompressedImage]:
        """Return a few messages, textured such that a 1280x720 JPEG takes about 250 kB."""
        random = np.random.default_rng(0)
        size = self.width, self.height
        found = []
        for _ in range(DIFFERENT_PICTURES):
            coarse = random.integers(40, 200, (self.height // 8, self.width // 8, 3), np.uint8)
            smooth = cv2.resize(coarse, size, interpolation=cv2.INTER_CUBIC)
            noise = random.integers(0, 25, smooth.shape, np.uint8)
            found.append(self._message(smooth + noise))
        return found

    def _message(self, rgb: np.ndarray) -> Image | CompressedImage:
        if self.compressed:
            return CompressedImage(format='jpeg', data=array('B', encode_jpeg(rgb)))
        return Image(
            height=self.height,
            width=self.width,
            encoding='rgb8',
            step=3 * self.width,
            data=array('B', rgb.tobytes()),
        )


class RobotProcess:
    """Publishes from its creation until `end`; for a `with` statement."""

    def __init__(self, cameras: Sequence[CameraSource]) -> None:
        context = get_context('spawn')
        self._pipe, theirs = context.Pipe()
        self._process = context.Process(target=_publish, args=(theirs, cameras), daemon=True)
        self._process.start()

    def end(self) -> dict[str, list[float]]:
        """Stop publishing, and return the stamps [s] of every picture of each camera."""
        self._pipe.send('end')
        return self._pipe.recv()

    def __enter__(self) -> RobotProcess:
        return self

    def __exit__(self, *_: object) -> None:
        self._process.kill()
        self._process.join()


def _publish(pipe: Connection, cameras: Sequence[CameraSource]) -> None:
    rclpy.init()
    node = rclpy.create_node('robot')
    commands = node.create_publisher(Twist, 'cmd_vel', 10)
    pictures = {camera.name: camera.messages() for camera in cameras}
    publishers = {
        camera.name: node.create_publisher(
            CompressedImage if camera.compressed else Image, camera.topic, qos_profile_sensor_data
        )
        for camera in cameras
    }
    stamps: dict[str, list[float]] = {camera.name: [] for camera in cameras}
    due = time.monotonic()
    turn = 0
    while not pipe.poll(max(due - time.monotonic(), 0.0)):
        due = max(due + 1.0 / RATE, time.monotonic())
        turn += 1
        for name, publisher in publishers.items():
            message = pictures[name][turn % DIFFERENT_PICTURES]
            message.header.stamp = node.get_clock().now().to_msg()
            publisher.publish(message)
            stamp = message.header.stamp
            stamps[name].append(stamp.sec + stamp.nanosec * 1e-9)
        commands.publish(Twist())
    pipe.send(stamps)
    pipe.poll(None)  # what was published last is still being read
