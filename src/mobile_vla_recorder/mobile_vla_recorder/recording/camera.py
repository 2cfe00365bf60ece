# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""A camera as the recorder knows it, whether an episode runs or not."""

from __future__ import annotations

from mobile_vla_core.episodes import CameraStream
from mobile_vla_core.errors import ImageFormatError
from mobile_vla_core.images import jpeg_size
from mobile_vla_core.picture import Picture

from .camera_rate import CameraRate
from .session_config import CameraTopic


class Camera:
    """Its newest picture, and what describes its stream."""

    def __init__(self, topic: CameraTopic) -> None:
        self.name = topic.name
        self.topic = topic.topic
        self.rate = CameraRate()
        self.info = ''
        """Its CameraInfo as JSON."""
        self.picture: Picture | None = None
        self.seen_at = float('-inf')

    def stream(self, jpeg_quality: int) -> CameraStream:
        """Describe the camera by its last picture."""
        picture = self.picture
        height, width = picture.height, picture.width
        if not height:
            try:
                height, width = jpeg_size(picture.data)
            except ImageFormatError:
                height, width = 0, 0
        return CameraStream(
            name=self.name,
            topic=self.topic,
            encoding=picture.encoding,
            frame_id=picture.frame_id,
            width=width,
            height=height,
            jpeg_quality=0 if picture.is_jpeg else jpeg_quality,
            camera_info=self.info,
        )
