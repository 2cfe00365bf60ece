# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""Bags as rosbag2 writes them, made without ROS."""

from pathlib import Path

import cv2
import numpy as np
from rosbags.rosbag2 import StoragePlugin, Writer
from rosbags.typesys import get_typestore, Stores

from mobile_vla_core.toolbox.convert.ros_messages import IMAGE, MessageMaker

BEGIN = 1_760_000_000.0
PERIOD = 0.1
DELAY = 0.02
"""From a stamp to its receipt [s]."""
FRAMES = 12
SIZE = (48, 64)
ORANGE = (230, 120, 20)
INSTRUCTION = 'go to the cup on the left'
STORAGE = {'mcap': StoragePlugin.MCAP, 'sqlite3': StoragePlugin.SQLITE3}
STORE = get_typestore(Stores.ROS2_HUMBLE)


def stamp(t: float) -> float:
    """Return the capture time of frame t [s]."""
    return BEGIN + PERIOD * t


def write_bag(
    path: Path,
    storage: str = 'mcap',
    *,
    compressed: bool = False,
    encoding: str = 'bgr8',
    stamped: bool = True,
    odometry: bool = True,
    instruction: str = INSTRUCTION,
    cameras: tuple[str, ...] = ('/camera/image_raw',),
    frames: int = FRAMES,
    truncated: int | None = None,
) -> Path:
    """
    Write a bag: frames, a command for each a moment later, odometry and the instruction.

    :param truncated: a frame whose data is cut
    """
    maker = MessageMaker()
    messages = []
    for t in range(frames):
        for camera in cameras:
            if compressed:
                image = maker.compressed_image(jpeg(), stamp(t), 'camera')
                topic = f'{camera}/compressed'
            else:
                image, topic = raw_image(maker, stamp(t), encoding), camera
                if t == truncated:
                    image.data = image.data[:-99]
            messages.append((stamp(t) + DELAY, topic, image))
        twist = maker.twist_stamped((0.1 * t, 0.0, 0.5), stamp(t) + 0.03, 'base_link')
        command = twist if stamped else twist.twist
        messages.append((stamp(t) + 0.03 + DELAY, '/cmd_vel', command))
        if odometry:
            pose, velocity = (t, 0, 0, 0, 0, 0, 1), (0.1 * t, 0, 0, 0, 0, 0.5)
            messages.append((stamp(t), '/odom', maker.odometry(pose, velocity, stamp(t))))
    if instruction:
        messages.append((stamp(0), '/vla_text_command', maker.string(instruction)))
    with Writer(path, version=9, storage_plugin=STORAGE[storage]) as writer:
        connections = {}
        for received, topic, message in sorted(messages, key=lambda row: row[:2]):
            kind = message.__msgtype__
            if topic not in connections:
                connections[topic] = writer.add_connection(topic, kind, typestore=STORE)
            data = STORE.serialize_cdr(message, kind)
            writer.write(connections[topic], round(received * 1e9), data)
    return path


def jpeg() -> bytes:
    """Return an orange JPEG."""
    done, encoded = cv2.imencode('.jpg', picture()[..., ::-1])
    assert done
    return encoded.tobytes()


def picture() -> np.ndarray:
    """Return an orange picture, RGB."""
    return np.full((*SIZE, 3), ORANGE, dtype=np.uint8)


def raw_image(maker: MessageMaker, taken: float, encoding: str):
    """Return an Image; bgr8 or rgb8."""
    rgb = picture()
    data = (rgb if encoding == 'rgb8' else rgb[..., ::-1]).reshape(-1).copy()
    header = maker.compressed_image(b'', taken, 'camera').header
    height, width = SIZE
    return STORE.types[IMAGE](header, height, width, encoding, 0, width * 3, data)
