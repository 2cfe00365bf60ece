# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""Pictures of an episode with the recorded and the predicted way ahead."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from mobile_vla_core.motion import dead_reckon

from ..validation.metrics import EpisodePredictions

FRAMES, WIDTH = 6, 240
RECORDED, PREDICTED, EDGE = (255, 255, 255), (30, 120, 255), (20, 20, 20)


def draw_filmstrip(
    frames: NDArray[np.uint8], predictions: EpisodePredictions, step_period: float
) -> NDArray[np.uint8]:
    """
    Draw frames spread over an episode, each with both paths seen from above; up is forward.

    :param frames: of the whole episode, shape (T, H, W_px, 3) RGB
    :return: shape (H, W_px, 3) RGB: recorded in white, predicted in blue
    """
    chosen = np.linspace(0, len(frames) - 1, min(FRAMES, len(frames))).round().astype(int)
    paths = {
        RECORDED: dead_reckon(predictions.recorded, step_period)[..., :2],
        PREDICTED: dead_reckon(predictions.predicted, step_period)[..., :2],
    }
    longest = max(0.1, *(float(np.abs(path[chosen]).max()) for path in paths.values()))
    return np.hstack(
        [_cell(frames[t], {c: p[t] / longest for c, p in paths.items()}, t, step_period)
         for t in chosen.tolist()]
    )  # fmt: skip


def _cell(
    frame: NDArray[np.uint8],
    paths: dict[tuple[int, int, int], NDArray[np.float64]],
    t: int,
    step_period: float,
) -> NDArray[np.uint8]:
    height = round(frame.shape[0] * WIDTH / frame.shape[1])
    picture = cv2.resize(np.ascontiguousarray(frame), (WIDTH, height))
    start = np.array([WIDTH / 2, height - 10.0])
    for colour, path in paths.items():
        places = (start - path[:, ::-1] * 0.5 * height).round().astype(np.int32)
        cv2.polylines(picture, [places], False, EDGE, 5, cv2.LINE_AA)
        cv2.polylines(picture, [places], False, colour, 3, cv2.LINE_AA)
    cv2.rectangle(picture, (0, 0), (52, 20), EDGE, -1)
    font, text = cv2.FONT_HERSHEY_SIMPLEX, f'{t * step_period:.1f} s'
    cv2.putText(picture, text, (5, 15), font, 0.45, RECORDED, 1, cv2.LINE_AA)
    return cv2.copyMakeBorder(picture, 0, 0, 0, 3, cv2.BORDER_CONSTANT, value=(255, 255, 255))
