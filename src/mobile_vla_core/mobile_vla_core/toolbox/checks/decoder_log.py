# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""Hear what the JPEG decoder says of a picture: OpenCV gives it to nobody but stderr."""

from __future__ import annotations

import os
import sys


class DecoderLog:
    """
    Takes what libraries write to stderr, while it is open.

    libjpeg decodes a picture of which a part is destroyed, and writes a line about it.
    """

    def __enter__(self) -> DecoderLog:
        sys.stderr.flush()
        self._memory = os.memfd_create('decoder')
        self._stderr = os.dup(2)
        os.dup2(self._memory, 2)
        self._seen = 0
        return self

    def __exit__(self, *_: object) -> None:
        sys.stderr.flush()
        os.dup2(self._stderr, 2)
        os.close(self._stderr)
        os.close(self._memory)

    def spoke(self) -> bool:
        """Return whether anything was written since this was last asked."""
        size = os.fstat(self._memory).st_size
        spoke, self._seen = size > self._seen, size
        return spoke
