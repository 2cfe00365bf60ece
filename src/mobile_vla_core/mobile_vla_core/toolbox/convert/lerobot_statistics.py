# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""The statistics that LeRobot keeps of every feature, of an episode and of a data set."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

QUANTILES = {'q01': 0.01, 'q10': 0.1, 'q50': 0.5, 'q90': 0.9, 'q99': 0.99}
LEVELS = 256
Statistics = dict[str, NDArray[np.floating]]


def of_values(values: ArrayLike) -> Statistics:
    """Return the statistics of rows, shape (N, D) or (N,); each has shape (D,) or (1,)."""
    rows = np.asarray(values, dtype=np.float64)
    rows = rows.reshape(len(rows), -1)
    found = {
        'min': rows.min(axis=0),
        'max': rows.max(axis=0),
        'mean': rows.mean(axis=0),
        'std': rows.std(axis=0),
        'count': np.array([len(rows)]),
    }
    return found | {name: np.quantile(rows, share, axis=0) for name, share in QUANTILES.items()}


class PictureStatistics:
    """How often each level of each colour came; pictures add up without being kept."""

    def __init__(self) -> None:
        self._levels = np.zeros((3, LEVELS), dtype=np.int64)
        self._pictures = 0

    def add(self, rgb: NDArray[np.uint8]) -> None:
        """Count the pixels of a picture, shape (H, W_px, 3) uint8."""
        for channel in range(3):
            self._levels[channel] += np.bincount(rgb[..., channel].ravel(), minlength=LEVELS)
        self._pictures += 1

    def merge(self, other: PictureStatistics) -> None:
        """Count what another counted."""
        self._levels += other._levels
        self._pictures += other._pictures

    def statistics(self) -> Statistics:
        """Return the statistics per colour in 0..1, each of shape (3, 1, 1)."""
        level = np.arange(LEVELS) / (LEVELS - 1)
        share = self._levels / self._levels.sum(axis=1, keepdims=True)
        mean = share @ level
        spread = np.sqrt(np.maximum(share @ level**2 - mean**2, 0.0))
        below = np.cumsum(share, axis=1)
        found = {
            'min': level[(share > 0).argmax(axis=1)],
            'max': level[LEVELS - 1 - (share > 0)[:, ::-1].argmax(axis=1)],
            'mean': mean,
            'std': spread,
        }
        for name, wanted in QUANTILES.items():
            found[name] = level[np.minimum((below < wanted - 1e-12).sum(axis=1), LEVELS - 1)]
        shaped = {name: value.reshape(3, 1, 1) for name, value in found.items()}
        return shaped | {'count': np.array([self._pictures])}
