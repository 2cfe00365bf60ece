# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""The bytes of a camera's pictures, read by the block, around what cannot be read."""

from __future__ import annotations

from collections.abc import Iterator

import h5py
import numpy as np
from numpy.typing import NDArray

from ...episodes.damage import READ_ERRORS, reason

BLOCK_BYTES = 32 * 1024 * 1024


class PictureBytes:
    """
    Iterates over the pictures of one camera; `lost` is filled meanwhile.

    :param jpeg: the dataset of all bytes
    :param ends: where each picture ends, shape (T,), right or wrong
    """

    def __init__(self, jpeg: h5py.Dataset, ends: NDArray[np.uint64]) -> None:
        self._jpeg = jpeg
        self._size = len(jpeg)
        self._bounds = [0, *np.minimum(ends, self._size).astype(np.int64).tolist()]
        self.lost: list[int] = []
        """Pictures that the library cannot read."""
        self.reason = ''

    def __iter__(self) -> Iterator[NDArray[np.uint8] | None]:
        """Yield the bytes of each picture, empty ones of a wrong index, None for a lost one."""
        block, offset = np.zeros(0, np.uint8), 0
        for t in range(len(self._bounds) - 1):
            start, end = self._bounds[t : t + 2]
            if end <= start:
                yield np.zeros(0, np.uint8)
                continue
            if not offset <= start <= end <= offset + len(block):
                offset, block = start, self._read(t, start, end)
            yield block[start - offset : end - offset] if len(block) else None

    def _read(self, t: int, start: int, end: int) -> NDArray[np.uint8]:
        """Return a block that begins with a picture, or that alone, or nothing."""
        for last in (max(end, min(start + BLOCK_BYTES, self._size)), end):
            try:
                return self._jpeg[start:last]
            except READ_ERRORS as error:
                self.reason = reason(error)
        self.lost.append(t)
        return np.zeros(0, np.uint8)
