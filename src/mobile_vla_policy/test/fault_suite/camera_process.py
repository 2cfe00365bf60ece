# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""A camera in a process of its own that goes wrong when told to, on its standard input."""

from __future__ import annotations

import array
import json
import select
import sys
import time

from builtin_interfaces.msg import Time
import numpy as np
import rclpy
from rclpy.qos import qos_profile_sensor_data
from rosgraph_msgs.msg import Clock
from sensor_msgs.msg import Image

_TICK = 0.01
"""Also the period of the simulated clock [s]."""
_PICTURE = np.random.default_rng(0).integers(0, 255, (240, 320, 3), dtype=np.uint8)


class Camera:
    """
    Publish pictures, each unlike the one before.

    :param simulated: also be the clock of a simulation, which runs in real time
    """

    def __init__(self, simulated: bool) -> None:
        self._node = rclpy.create_node('camera')
        self._images = self._node.create_publisher(
            Image, 'camera/image_raw', qos_profile_sensor_data
        )
        self._clock = self._node.create_publisher(Clock, '/clock', 1) if simulated else None
        self._offset = 100.0 - time.time() if simulated else 0.0
        self._shown = 0
        self._next = 0.0
        self.running = True
        self.rate = 10.0
        self.frozen = self.black = False
        self.stamp_offset = 0.0
        self.encoding = 'rgb8'
        self.height, self.width = 90, 160
        self.data_share = 1.0

    def set(self, changes: dict[str, object]) -> None:
        """Go wrong, or right again; `clock_jump` sets the simulated clock [s]."""
        self._offset += changes.pop('clock_jump', 0.0)
        for name, value in changes.items():
            if not hasattr(self, name):
                raise ValueError(f'the camera has no setting {name}')
            setattr(self, name, value)

    def tick(self) -> None:
        """Publish what is due."""
        now = time.time()
        if self._clock is not None:
            self._clock.publish(Clock(clock=_to_stamp(now + self._offset)))
        if self.running and now >= self._next:
            self._next = max(self._next + 1.0 / self.rate, now)
            self._images.publish(self._picture(now + self._offset + self.stamp_offset))

    def _picture(self, stamp: float) -> Image:
        self._shown += not self.frozen
        pixels = np.roll(_PICTURE, 3 * self._shown, axis=1)
        if self.height > len(pixels):
            pixels = np.resize(pixels, (self.height, self.width, 3))
        pixels = pixels[: self.height, : self.width]
        if self.black:
            pixels = np.zeros_like(pixels)
        data = pixels.tobytes()
        size = round(self.data_share * len(data))
        message = Image(
            height=self.height, width=self.width, step=3 * self.width, encoding=self.encoding
        )
        message.data = array.array('B', (data * 2)[:size])
        message.header.stamp = _to_stamp(stamp)
        return message


def main() -> None:
    """Tick, and apply one line of JSON at a time; each is answered by when that was [s]."""
    rclpy.init(args=sys.argv)
    camera = Camera('--simulated' in sys.argv)
    print('ready', flush=True)
    while True:
        if select.select([sys.stdin], [], [], _TICK)[0]:
            line = sys.stdin.readline()
            if not line:
                return
            camera.set(json.loads(line))
            print(time.time(), flush=True)
        camera.tick()


def _to_stamp(seconds: float) -> Time:
    return Time(sec=int(seconds), nanosec=int(seconds % 1.0 * 1e9))


if __name__ == '__main__':
    main()
