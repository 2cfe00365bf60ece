# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""Decode every picture of a camera once, small, and keep what the checks need of it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, fields
import zlib

import cv2
import numpy as np
from numpy.typing import NDArray

from ...errors import ImageFormatError
from ...images import jpeg_size, use_one_thread
from ...picture_quality import QualityLimits
from .decoder_log import DecoderLog

THUMBNAIL = (9, 16)
"""Rows and columns of what is kept of a picture [pixels]."""
FLAT = 2.0
"""Spread of brightness within a picture that shows nothing, of 255."""
LOST_PAGE = bytes(4096)
"""A page that a power cut kept from the disk."""
_SMALL = cv2.IMREAD_REDUCED_COLOR_8
_REDUCED = 8
"""A decoder's own eighth: all bits of the JPEG are read, an eighth of the pixels is made."""


@dataclass(frozen=True)
class PictureScan:
    """
    What the T pictures of a camera are like.

    :param decoded: shape (T,), False where the bytes are no picture
    :param damaged: shape (T,), True where the decoder complained
    :param altered: shape (T,), True where the bytes are not those of the checksum
    :param sizes: height and width, shape (T, 2) [pixels]; 0 where not known
    :param repeated: shape (T,), True where the bytes are those of the picture before
    :param black: shape (T,), as overexposed and blank (of one colour)
    :param thumbnails: shape (T, 9, 16, 3) uint8 RGB
    """

    decoded: NDArray[np.bool_]
    damaged: NDArray[np.bool_]
    altered: NDArray[np.bool_]
    sizes: NDArray[np.int64]
    repeated: NDArray[np.bool_]
    black: NDArray[np.bool_]
    overexposed: NDArray[np.bool_]
    blank: NDArray[np.bool_]
    thumbnails: NDArray[np.uint8]

    @classmethod
    def empty(cls, frames: int) -> PictureScan:
        """Return a scan in which no picture is decoded yet."""
        shapes = {'sizes': ((frames, 2), int), 'thumbnails': ((frames, *THUMBNAIL, 3), np.uint8)}
        return cls(
            **{
                field.name: np.zeros(*shapes.get(field.name, ((frames,), bool)))
                for field in fields(cls)
            }
        )


def scan_pictures(
    jpegs: Iterable[NDArray[np.uint8] | None],
    frames: int,
    limits: QualityLimits,
    crcs: NDArray[np.uint32] | None = None,
) -> PictureScan:
    """
    Decode pictures in order.

    :param jpegs: the bytes of each, None for one that cannot be read
    :param frames: how many there are
    :param crcs: CRC-32 of each as it was recorded, shape (T,) or shorter, None where not known
    """
    use_one_thread()
    scan = PictureScan.empty(frames)
    before, crc = b'', 0
    known = 0 if crcs is None else len(crcs)
    with DecoderLog() as log:
        for t, content in enumerate(jpegs):
            jpeg = b'' if content is None else content.tobytes()
            if jpeg and jpeg == before:
                _repeat(scan, t)
                scan.altered[t] = t < known and crc != crcs[t]
                continue
            before, crc = jpeg, zlib.crc32(jpeg)
            scan.altered[t] = jpeg and t < known and crc != crcs[t]
            picture = cv2.imdecode(content, _SMALL) if jpeg else None
            complained = log.spoke()
            if picture is None:
                continue
            scan.decoded[t] = True
            scan.damaged[t] = complained or LOST_PAGE in jpeg
            scan.sizes[t] = _size(jpeg)
            _look(scan, t, picture, limits)
    return scan


def scan_raw(
    pictures: Iterable[NDArray[np.uint8]], frames: int, limits: QualityLimits
) -> PictureScan:
    """
    Look at pictures that were never encoded.

    :param pictures: shape (H, W_px, 3) uint8 RGB each; those that do not come are not decoded
    :param frames: how many there are
    """
    use_one_thread()
    scan = PictureScan.empty(frames)
    before = np.zeros(0)
    for t, picture in enumerate(pictures):
        if np.array_equal(picture, before):
            _repeat(scan, t)
            continue
        before = picture.copy()
        scan.decoded[t], scan.sizes[t] = True, picture.shape[:2]
        size = tuple(max(side // _REDUCED, 1) for side in picture.shape[1::-1])
        _look(scan, t, cv2.resize(before[..., ::-1], size, interpolation=cv2.INTER_AREA), limits)
    return scan


def _repeat(scan: PictureScan, t: int) -> None:
    for field in fields(scan):
        values = getattr(scan, field.name)
        values[t] = values[t - 1]
    scan.repeated[t] = True


def _size(jpeg: bytes) -> tuple[int, int]:
    try:
        return jpeg_size(jpeg)
    except ImageFormatError:
        return 0, 0


def _look(scan: PictureScan, t: int, bgr: NDArray[np.uint8], limits: QualityLimits) -> None:
    grey = cv2.cvtColor(bgr, cv2.COLOR_BGR2GRAY)
    scan.black[t] = limits.is_black(grey)
    scan.overexposed[t] = limits.is_overexposed(grey)
    scan.blank[t] = cv2.meanStdDev(grey)[1][0, 0] < FLAT
    rows, columns = THUMBNAIL
    small = cv2.resize(bgr, (columns, rows), interpolation=cv2.INTER_AREA)
    scan.thumbnails[t] = small[..., ::-1]
