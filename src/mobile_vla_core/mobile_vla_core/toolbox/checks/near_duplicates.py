# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""Find drives that are there twice, exactly or nearly."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from .digest import Digest

SAME_DRIVE = 0.02
"""Root mean square difference of two drives that are one [m/s, rad/s]."""
SAME_VIEW = 3.0
"""Mean difference of two pictures that are one, of 255."""
SAME_LENGTH = 0.05
"""Difference of two lengths, as a share."""
_ROWS = 512
"""So many episodes are compared with all others at once."""


def near_duplicates(digests: Sequence[Digest]) -> list[tuple[int, int]]:
    """
    Return (place of the first, place of its copy); each copy once.

    Both must agree, commands and pictures: many short drives have the same commands.
    """
    places = [i for i, digest in enumerate(digests) if len(digest.views) and len(digest.drive)]
    if len(places) < 2:
        return []
    drives = np.array([digests[i].drive.ravel() for i in places], dtype=np.float64)
    squares = (drives**2).sum(axis=1)
    limit = SAME_DRIVE**2 * drives.shape[1]
    copies: dict[int, int] = {}
    for start in range(0, len(places), _ROWS):
        rows = slice(start, start + _ROWS)
        apart = squares[rows, None] + squares[None] - 2.0 * drives[rows] @ drives.T
        for row in range(len(apart)):
            first = places[start + row]
            if first in copies:
                continue
            for column in np.flatnonzero(apart[row] < limit):
                second = places[column]
                new = first < second and second not in copies
                if new and _look_alike(digests[first], digests[second]):
                    copies[second] = first
    return sorted((first, second) for second, first in copies.items())


def _look_alike(first: Digest, second: Digest) -> bool:
    if abs(first.frames - second.frames) > SAME_LENGTH * max(first.frames, second.frames):
        return False
    difference = np.abs(first.views.astype(np.int16) - second.views)
    return bool(difference.mean(axis=(1, 2, 3)).max() < SAME_VIEW)
