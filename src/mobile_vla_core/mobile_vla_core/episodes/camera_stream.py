# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""What is stored of a camera beside its pictures."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class CameraStream:
    """Where a camera's frames come from; stored beside them."""

    name: str = 'front'
    topic: str = ''
    encoding: str = 'jpeg'
    """Encoding on the topic, before the recorder made it JPEG."""
    frame_id: str = ''
    width: int = 0
    height: int = 0
    jpeg_quality: int = 0
    """Quality used by the recorder; 0 when the JPEG was stored as it came."""
    camera_info: str = ''
    """The camera's sensor_msgs/CameraInfo as JSON, '' when none came."""
