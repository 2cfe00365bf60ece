# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""One camera frame, as it travels from the subscription to the inference worker."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sensor_msgs.msg import CompressedImage, Image

JPEG = 'jpeg'
"""Encoding of a frame whose data is a JPEG file and goes to the preprocessing as it is."""


@dataclass(frozen=True)
class CameraFrame:
    """
    The fields of an image message.

    :param stamp: capture time [s]
    :param data: bytes of the picture, or of the JPEG file
    :param height: rows [pixels], 0 for JPEG
    :param width: columns [pixels], 0 for JPEG
    :param step: bytes from one row to the next, 0 for JPEG
    :param encoding: as in sensor_msgs/Image, or JPEG
    """

    stamp: float
    data: memoryview
    height: int = 0
    width: int = 0
    step: int = 0
    encoding: str = JPEG

    @classmethod
    def from_message(cls, message: Image | CompressedImage, received: float) -> CameraFrame:
        """
        Borrow a message's bytes without copying them.

        :param received: taken as the stamp of a message that carries none [s]
        """
        stamp = message.header.stamp.sec + message.header.stamp.nanosec * 1e-9
        stamp = stamp if stamp > 0.0 else received
        data = memoryview(message.data)
        if not hasattr(message, 'encoding'):
            return cls(stamp=stamp, data=data)
        return cls(stamp, data, message.height, message.width, message.step, message.encoding)
