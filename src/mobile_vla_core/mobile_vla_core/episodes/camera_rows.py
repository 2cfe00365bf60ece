# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""The frames of one camera on their way into a file."""

from __future__ import annotations

import zlib

import h5py
import numpy as np

from ..errors import EpisodeError
from . import schema
from .camera_stream import CameraStream
from .growing import GrowingDataset, GrowingTable

STREAM_CHUNKS = (128 * 1024, 8 * 1024 * 1024)
"""Shortest and longest chunk of the pictures' bytes [bytes]."""
UNKNOWN_CHUNK = 1 * 1024 * 1024
CHUNK_FRAMES = 16
PIXEL_BYTES = 0.25
"""Of a JPEG of quality 90, rather more than less."""


class CameraRows:
    """A camera's byte stream and its index."""

    def __init__(self, file: h5py.File, camera: CameraStream) -> None:
        group = file.create_group(f'{schema.IMAGES}/{camera.name}')
        schema.set_attributes(group, {k: v for k, v in vars(camera).items() if k != 'name'})
        self.chunk_bytes = chunk_bytes(camera)
        self._bytes = GrowingDataset(group, schema.JPEG_COLUMN, chunk_rows=self.chunk_bytes)
        self._end = 0
        self.rows = GrowingTable(group, schema.CAMERA_COLUMNS)

    @property
    def count(self) -> int:
        """Acknowledged frames."""
        return self.rows.count

    def append(self, jpeg: bytes, header_stamp: float, receive_stamp: float) -> None:
        """Append a JPEG with its capture and receive times [s]."""
        if len(jpeg) == 0:
            raise EpisodeError('an empty picture cannot be recorded')
        end = self._end + len(jpeg)
        self._bytes.write(self._end, np.frombuffer(jpeg, dtype=np.uint8))
        self.rows.append(header_stamp, receive_stamp, zlib.crc32(jpeg), end)
        self._end = end


def chunk_bytes(camera: CameraStream) -> int:
    """Return a chunk's length: a power of two, about CHUNK_FRAMES pictures."""
    if not camera.width * camera.height:
        return UNKNOWN_CHUNK
    wanted = CHUNK_FRAMES * PIXEL_BYTES * camera.width * camera.height
    return int(np.clip(2 ** round(np.log2(wanted)), *STREAM_CHUNKS))
