# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""Vary training clips without changing what they mean."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from mobile_vla_core.action_space import ANGULAR_Z, LINEAR_Y
from mobile_vla_core.instruction import mirror_instruction

from ..config import AugmentationConfig


def mirror_actions(actions: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return actions, shape (..., 4), as seen in a mirror: linear_y and angular_z change sign."""
    mirrored = actions.copy()
    mirrored[..., [LINEAR_Y, ANGULAR_Z]] *= -1.0
    return mirrored


class ClipAugmentation:
    """Draw one variation per clip, so that a clip stays one continuous view."""

    def __init__(self, config: AugmentationConfig) -> None:
        self._config = config

    def __call__(
        self,
        frames: NDArray[np.uint8],
        actions: NDArray[np.float32],
        instruction: str,
        generator: Generator,
    ) -> tuple[NDArray[np.uint8], NDArray[np.float32], str]:
        """
        Vary a clip.

        :param frames: shape (T, H, W_px, 3) uint8 RGB, not written to
        :param actions: shape (N, 4)
        :param generator: the only source of chance
        :return: frames, actions and instruction of the varied clip
        """
        if generator.random() < self._config.mirror:
            frames = cv2.flip(_as_picture(frames), 1).reshape(frames.shape)
            actions = mirror_actions(actions)
            instruction = mirror_instruction(instruction)
        return self._relight(self._move(frames, generator), generator), actions, instruction

    def _move(self, frames: NDArray[np.uint8], generator: Generator) -> NDArray[np.uint8]:
        """Shift all frames by the same whole pixels; the border is repeated."""
        reach = self._config.shift
        down, right = generator.integers(-reach, reach, size=2, endpoint=True).tolist()
        height, width = frames.shape[1:3]
        moved = frames[:, np.clip(np.arange(height) - down, 0, height - 1)]
        if right > 0:
            moved[:, :, right:] = moved[:, :, : width - right].copy()
            moved[:, :, :right] = moved[:, :, right : right + 1]
        elif right < 0:
            moved[:, :, :right] = moved[:, :, -right:].copy()
            moved[:, :, right:] = moved[:, :, right - 1 : right]
        return moved

    def _relight(self, frames: NDArray[np.uint8], generator: Generator) -> NDArray[np.uint8]:
        """Change contrast, brightness and tint through one table of 256 values per colour."""
        config = self._config
        gain = 1.0 + generator.uniform(-config.gain, config.gain)
        tint = 1.0 + generator.uniform(-config.tint, config.tint, size=3)
        added = generator.uniform(-config.brightness, config.brightness)
        values = np.arange(256)[:, None] * gain * tint[None] + added
        table = np.clip(np.round(values), 0, 255).astype(np.uint8)
        return cv2.LUT(_as_picture(frames), table[None]).reshape(frames.shape)


def _as_picture(frames: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Stack frames, shape (T, H, W_px, 3), to one tall picture, which OpenCV works on fastest."""
    count, height, width, channels = frames.shape
    return np.ascontiguousarray(frames).reshape(count * height, width, channels)
