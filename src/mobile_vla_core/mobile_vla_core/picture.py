# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""A picture as it came from a camera topic: stored by the recorder, or shown to a policy."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from .images import decode_jpeg, encode_jpeg, message_to_jpeg

JPEG_MAGIC = b'\xff\xd8\xff'
COMPRESSED = 'compressed'
"""Encoding of a picture whose bytes are a JPEG or PNG file."""


@dataclass(frozen=True)
class Picture:
    """
    The fields of a sensor_msgs/Image or sensor_msgs/CompressedImage.

    The recorder stores `to_jpeg`, and serving shows a policy the same bytes: whatever a camera
    sends reaches the network by one way.

    :param data: anything with the buffer interface
    :param encoding: as in the Image message; COMPRESSED for an encoded picture
    :param height: rows [pixels]; 0 for an encoded picture, which knows its own size
    :param width: columns [pixels]
    :param step: bytes from one row to the next
    :param stamp: capture time [s], 0 when the camera gives none
    """

    data: Any
    encoding: str
    height: int = 0
    width: int = 0
    step: int = 0
    stamp: float = 0.0
    frame_id: str = ''

    @classmethod
    def from_message(cls, message: Any) -> Picture:
        """Borrow the bytes of an Image or CompressedImage message without copying them."""
        header = message.header
        stamp = header.stamp.sec + header.stamp.nanosec * 1e-9
        data = memoryview(message.data)
        if not hasattr(message, 'encoding'):
            return cls(data, COMPRESSED, stamp=stamp, frame_id=header.frame_id)
        return cls(
            data,
            message.encoding,
            message.height,
            message.width,
            message.step,
            stamp,
            header.frame_id,
        )

    @property
    def size(self) -> int:
        """How much memory the picture holds [bytes]."""
        return memoryview(self.data).nbytes

    @property
    def is_jpeg(self) -> bool:
        """True when the bytes can be stored as they are."""
        return self.encoding == COMPRESSED and bytes(self.data[:3]) == JPEG_MAGIC

    def to_jpeg(self, quality: int) -> bytes:
        """
        Return the picture as JPEG; one that came as JPEG is returned unchanged.

        :raises ImageFormatError: if the bytes are not what they are said to be
        """
        if self.is_jpeg:
            return bytes(self.data)
        if self.encoding == COMPRESSED:
            return encode_jpeg(decode_jpeg(bytes(self.data)), quality)
        return message_to_jpeg(
            self.data, self.height, self.width, self.step, self.encoding, quality
        )
