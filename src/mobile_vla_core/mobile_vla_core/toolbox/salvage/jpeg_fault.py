# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""Say what is wrong with a JPEG: more than whether a decoder makes a picture of it."""

from __future__ import annotations

import os

import cv2
import numpy as np

END = b'\xff\xd9'
START = b'\xff\xd8\xff'
WARNING = 'the decoder warns: '


class JpegFault:
    """
    Decodes pictures and listens to the warnings of the JPEG library, which come on stderr alone.

    What the process writes to stderr meanwhile is not seen, so this is for a process of its own.
    Use as a context manager.
    """

    def __init__(self) -> None:
        self._heard = os.memfd_create('warnings')
        self._stderr = -1

    def __enter__(self) -> JpegFault:
        self._stderr = os.dup(2)
        os.dup2(self._heard, 2)
        return self

    def __exit__(self, *_: object) -> None:
        os.dup2(self._stderr, 2)
        os.close(self._stderr)
        os.close(self._heard)

    def of(self, jpeg: bytes) -> str:
        """Return what is wrong with a JPEG in a few words, '' when nothing is found."""
        if not jpeg.startswith(START):
            return 'it does not begin like a JPEG' if jpeg.strip(b'\0') else 'it is all zeros'
        os.ftruncate(self._heard, 0)
        os.lseek(self._heard, 0, os.SEEK_SET)
        try:
            picture = cv2.imdecode(np.frombuffer(jpeg, np.uint8), cv2.IMREAD_COLOR)
        except cv2.error:
            picture = None
        if picture is None:
            return 'it cannot be decoded'
        said = os.pread(self._heard, 200, 0).decode(errors='replace').strip()
        if not said:
            return ''
        ends = jpeg.rstrip(b'\0').endswith(END)
        return WARNING + (said.split('\n', 1)[0] if ends else 'its end is missing')


def is_warning(fault: str) -> bool:
    """Return whether there is a picture all the same: some cameras make every one like this."""
    return fault.startswith(WARNING)
