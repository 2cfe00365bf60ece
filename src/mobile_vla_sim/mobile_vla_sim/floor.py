# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""Floor patterns: the brightness of the floor at a point."""

from __future__ import annotations

import math

import cv2
import numpy as np
from numpy.typing import NDArray

from .appearance import Appearance

_SIZE = 512
"""Side of the pattern [texels]; a power of two, so that it repeats by masking."""
_TEXEL = 0.008
"""[m]"""


class Floor:
    """A pattern that repeats every few metres, looked up for many points at once."""

    def __init__(self, appearance: Appearance) -> None:
        self._pattern = _draw_pattern(appearance)
        self._mean = float(self._pattern.mean())
        cos, sin = math.cos(appearance.pattern_angle), math.sin(appearance.pattern_angle)
        self._axes = np.array([[cos, -sin], [sin, cos]], dtype=np.float32) / _TEXEL
        first, second = (np.asarray(colour, dtype=np.float32) for colour in appearance.floor)
        self._first, self._step = first, second - first

    def colour(
        self, points: NDArray[np.float32], distance: NDArray[np.float32]
    ) -> NDArray[np.float32]:
        """
        Return the colour at points of the floor, shape (N, 3) in 0..1.

        :param points: shape (N, 2) in `world` [m]
        :param distance: from the camera, shape (N,) [m]; far away the pattern fades to its
            mean, as it would under a lens, instead of flickering
        """
        texel = (points @ self._axes).astype(np.int32) & (_SIZE - 1)
        shade = self._pattern.ravel()[texel[:, 1] * _SIZE + texel[:, 0]]
        sharp = np.clip(1.3 - 0.3 * distance, 0.0, 1.0)
        shade = self._mean + (shade - self._mean) * sharp
        return self._first + shade[:, None] * self._step


def _draw_pattern(appearance: Appearance) -> NDArray[np.float32]:
    """Draw the pattern, shape (_SIZE, _SIZE) in 0..1; 0 is the floor's first colour."""
    rng = np.random.default_rng(appearance.pattern_seed)
    noise = np.zeros((_SIZE, _SIZE), dtype=np.float32)
    for cells, weight in ((8, 0.5), (32, 0.3), (128, 0.2)):
        coarse = rng.random((cells, cells), dtype=np.float32)
        coarse = np.pad(coarse, ((0, 1), (0, 1)), mode='wrap')
        fine = cv2.resize(coarse, (_SIZE + _SIZE // cells,) * 2, interpolation=cv2.INTER_LINEAR)
        noise += weight * fine[:_SIZE, :_SIZE]
    across = np.arange(_SIZE)
    parts = max(1, round(_SIZE * _TEXEL / appearance.pattern_size))
    edges = np.linspace(0, _SIZE, parts + 1)
    index = np.searchsorted(edges, across, side='right') - 1
    gap = np.min(np.abs(across[:, None] - edges[None, :]), axis=1) < 1.2
    if appearance.floor_pattern == 'tiles':
        tile = rng.random((parts, parts), dtype=np.float32)[index[:, None], index[None, :]]
        joint = gap[:, None] | gap[None, :]
        return np.where(joint, 1.0, 0.45 * tile + 0.35 * noise).astype(np.float32)
    if appearance.floor_pattern == 'planks':
        grain = cv2.blur(rng.random((_SIZE, _SIZE), dtype=np.float32), (41, 1))
        plank = rng.random(parts, dtype=np.float32)[index][:, None]
        pattern = 0.45 * plank + 1.6 * (grain - 0.5) + 0.2 * noise + 0.1
        return np.clip(np.where(gap[:, None], 1.0, pattern), 0.0, 1.0).astype(np.float32)
    return np.clip(1.6 * (noise - 0.5) + 0.4, 0.0, 1.0).astype(np.float32)
