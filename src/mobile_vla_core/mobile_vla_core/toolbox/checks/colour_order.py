# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""Tell whether red and blue are likely swapped: no attribute of an old file says which."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from .picture_scan import PictureScan

UNLIKE = 8.0
"""Mean difference of colour from which two pictures differ, of 255."""
BETTER = 0.5
"""With red as blue it differs by less than this share of that."""
DEEP = 60
"""Difference between the strongest and the weakest colour of a saturated place, of 255."""
DEEP_SHARE = 0.5
"""Share of saturated places on the ground from which their colour tells."""
BLUE = 40.0
"""Blue over red, on average of the saturated ground, of 255: floors, soil and skin are not so."""


def swapped_frames(scan: PictureScan) -> NDArray[np.bool_]:
    """
    Return the frames, shape (T,), whose colour order is not that of most of the episode.

    From one picture to the next little changes; where red and blue change places, the next one
    is much more like the one before with its colours exchanged.
    """
    marked = np.zeros(len(scan.decoded), dtype=bool)
    pictures = scan.thumbnails[scan.decoded].astype(np.int16)
    if len(pictures) < 3:
        return marked
    before, after = pictures[:-1], pictures[1:]
    as_is = np.abs(after - before).mean(axis=(1, 2, 3))
    exchanged = np.abs(after[..., ::-1] - before).mean(axis=(1, 2, 3))
    changes = (as_is > UNLIKE) & (exchanged < BETTER * as_is)
    other = np.concatenate([[False], np.cumsum(changes) % 2 == 1])
    marked[scan.decoded] = other if 2 * other.sum() <= len(other) else ~other
    return marked


def swapped(colours: NDArray[np.float64], usual: NDArray[np.float64]) -> NDArray[np.bool_]:
    """
    Say which colours are like the usual one only when red and blue are exchanged.

    :param colours: red and blue over green, shape (N, 2)
    :param usual: shape (2,)
    """
    as_is = np.abs(colours - usual).mean(axis=1)
    exchanged = np.abs(colours[:, ::-1] - usual).mean(axis=1)
    return (as_is > UNLIKE) & (exchanged < BETTER * as_is)


def mean_colour(scan: PictureScan) -> NDArray[np.float64]:
    """Return red and blue over green, shape (2,), of all pictures; NaN when there is none."""
    if not scan.decoded.any():
        return np.full(2, np.nan)
    return _colour(scan.thumbnails[scan.decoded].mean(axis=(0, 1, 2))[None])[0]


def looks_swapped(scan: PictureScan) -> bool:
    """
    Judge a whole episode by what the world is like, with nothing to compare it with.

    Floors, wood, soil, bricks and skin are red rather than blue, the sky above them is not.
    """
    pictures = scan.thumbnails[scan.decoded].astype(np.int16)
    if len(pictures) == 0:
        return False
    ground = pictures[:, pictures.shape[1] // 2 :].reshape(-1, 3)
    deep = np.ptp(ground, axis=1) > DEEP
    if deep.mean() < DEEP_SHARE:
        return False
    above = pictures[:, : pictures.shape[1] // 2].reshape(-1, 3)
    blue = (ground[deep, 2] - ground[deep, 0]).mean()
    return bool(blue > BLUE and blue > (above[:, 2] - above[:, 0]).mean())


def _colour(means: NDArray[np.float64]) -> NDArray[np.float64]:
    return means[:, [0, 2]] - means[:, [1]]
