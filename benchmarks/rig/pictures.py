# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""Pictures that are as hard to compress as those of a camera."""

from __future__ import annotations

import cv2
import numpy as np

HD, VGA = (720, 1280), (480, 640)


def scenes(size: tuple[int, int], count: int) -> list[np.ndarray]:
    """Return textured pictures, shape (H, W_px, 3), about 250 kB as JPEG at 1280x720."""
    random = np.random.default_rng(0)
    height, width = size
    picture = np.zeros((height, width + count * 4, 3), dtype=np.float32)
    for cells, contrast in ((4, 60), (16, 40), (60, 25), (240, 13)):
        rows = max(cells * height // HD[0], 2)
        layer = random.normal(0, contrast, (rows, rows * 2, 3)).astype(np.float32)
        picture += cv2.resize(layer, picture.shape[1::-1], interpolation=cv2.INTER_CUBIC)
    whole = np.clip(picture + 120, 0, 255).astype(np.uint8)
    return [np.ascontiguousarray(whole[:, 4 * t : 4 * t + width]) for t in range(count)]
