# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""A ring of image slots in memory that the control process and the worker share."""

from __future__ import annotations

import mmap
import os

from mobile_vla_core.errors import ImageFormatError

SLOTS = 4
"""One frame being read by the worker, the others waiting."""
SLOT_BYTES = 32 * 1024 * 1024
"""Enough for 3840x2160 rgb8; pages that no image ever touched take no memory."""


class FrameBuffer:
    """
    Map the ring.

    The memory is anonymous (Linux `memfd`): it has no name that could be left behind, and it is
    gone when the last process that holds `descriptor` ends, however it ends.

    :param descriptor: the ring of another process, a new ring when None
    """

    def __init__(self, descriptor: int | None = None) -> None:
        if descriptor is None:
            descriptor = os.memfd_create('mobile_vla_frames', os.MFD_CLOEXEC)
            os.ftruncate(descriptor, SLOTS * SLOT_BYTES)
        self.descriptor = descriptor
        self._memory = mmap.mmap(descriptor, SLOTS * SLOT_BYTES)

    def write(self, sequence: int, data: memoryview) -> None:
        """Copy a frame's bytes into the slot of its number; ImageFormatError if too many."""
        if data.nbytes > SLOT_BYTES:
            raise ImageFormatError(
                f'an image of {data.nbytes} bytes is too large: expected at most {SLOT_BYTES}; '
                f'lower the resolution of the camera'
            )
        start = (sequence % SLOTS) * SLOT_BYTES
        self._memory[start : start + data.nbytes] = data

    def read(self, sequence: int, size: int) -> memoryview:
        """Look at the bytes of a frame without copying them; valid until the slot is reused."""
        start = (sequence % SLOTS) * SLOT_BYTES
        return memoryview(self._memory)[start : start + size]

    def close(self) -> None:
        """Unmap the ring and give the descriptor back."""
        self._memory.close()
        os.close(self.descriptor)
