# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""A picture as it came from a camera topic: stored by the recorder, or shown to a policy."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from .images import decode_jpeg, encode_jpeg, to_rgb

JPEG_MAGIC = b'\xff\xd8\xff'
COMPRESSED = 'compressed'


@dataclass(frozen=True)
class Picture:
    """
    Bytes of a sensor_msgs/Image, or of a sensor_msgs/CompressedImage.

    :param encoding: as in the Image message; COMPRESSED for an encoded picture
    :param height: rows [pixels]; 0 for an encoded picture, which knows its own size
    :param width: columns [pixels]
    :param step: bytes per row
    """

    data: Any
    encoding: str
    frame_id: str = ''
    height: int = 0
    width: int = 0
    step: int = 0

    @property
    def size(self) -> int:
        """How much memory the picture holds [bytes]."""
        return len(self.data)

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
        rgb = to_rgb(self.data, self.height, self.width, self.step, self.encoding)
        return encode_jpeg(rgb, quality)
