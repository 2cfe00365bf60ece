# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""The checksums of a damaged camera's pictures, which may be damaged themselves."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
import zlib

import numpy as np
from numpy.typing import NDArray

from ...episodes.growing import CHUNK_ROWS

Rows = tuple[NDArray[np.uint32], NDArray[np.bool_]]
"""The values, and which of them could be read; shape (T,) each."""


class Checksums:
    """
    CRC-32 of each picture as it was recorded.

    :param rows: None where there are none
    """

    def __init__(self, rows: Rows | None) -> None:
        self._recorded = rows is not None
        values, readable = ([], []) if rows is None else rows
        # A torn file has zeros.
        self._known = {
            t: int(crc)
            for t, (crc, ok) in enumerate(zip(values, readable, strict=True))
            if ok and crc
        }

    def lacks(self, t: int) -> bool:
        """Return whether a frame should have one, and its is damaged."""
        return self._recorded and t not in self._known

    def differs(self, t: int, jpeg: bytes) -> bool:
        """Return whether the bytes of a frame are not those that were recorded."""
        return t in self._known and self._known[t] != zlib.crc32(jpeg)

    def forget_damaged(self, differing: Iterable[int]) -> set[int]:
        """
        Forget the checksums that are more likely damaged than their pictures; return their frames.

        Those are all of a chunk in which most differ: one damaged chunk of checksums is as likely
        as one damaged picture, hundreds of damaged pictures that all decode are not.

        :param differing: frames that decode, but differ from their checksum
        """
        by_chunk = defaultdict(list)
        for t in differing:
            by_chunk[t // CHUNK_ROWS].append(t)
        found: set[int] = set()
        for chunk, wrong in by_chunk.items():
            known = [t for t in self._known if t // CHUNK_ROWS == chunk]
            if len(wrong) > 1 and 2 * len(wrong) > len(known):
                found.update(wrong)
                for t in known:
                    del self._known[t]
        return found

    def places(self, jpegs: Sequence[bytes]) -> dict[int, bytes]:
        """Return which frame each picture was; those that no checksum knows are left out."""
        frames: dict[int, list[int]] = defaultdict(list)
        for t, crc in sorted(self._known.items(), reverse=True):
            frames[crc].append(t)
        found = {}
        for jpeg in jpegs:
            if candidates := frames.get(zlib.crc32(jpeg)):
                found[candidates.pop()] = jpeg
        return found
