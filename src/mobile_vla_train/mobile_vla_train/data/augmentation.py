# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""Vary training clips without changing what they mean."""

from __future__ import annotations

from dataclasses import dataclass
from statistics import NormalDist

import cv2
import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from mobile_vla_core.action_space import mirror_actions
from mobile_vla_core.instruction import mirror_instruction

from ..sections import AugmentationConfig

_LEVELS = 255.0


def trained_actions(
    actions: NDArray[np.float32], config: AugmentationConfig
) -> NDArray[np.float32]:
    """
    Return every action that training shows, for the codec to take scale and limits from.

    :param actions: recorded, shape (N, 4)
    :return: shape (N, 4); shape (2 * N, 4) with the mirrored ones when clips are mirrored, whose
        limits are then as wide to the right as to the left
    """
    return np.concatenate([actions, mirror_actions(actions)]) if config.mirror > 0.0 else actions


@dataclass(frozen=True)
class Variation:
    """What chance chose for one clip."""

    mirror: bool
    shift: tuple[int, int]
    """Down and right [pixels]."""
    gain: float
    tint: NDArray[np.float64]
    """Shape (3,), red, green, blue."""
    brightness: float
    """Added, of 255."""
    crop: tuple[float, float, float] = (0.0, 0.0, 0.0)
    """Share cut off, and where what is left lies: from the top and from the left, 0 to 1."""
    noise_seed: int = 0


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
        """Draw a variation and apply it."""
        return self.apply(self.draw(generator), frames, actions, instruction)

    def draw(self, generator: Generator) -> Variation:
        """
        Choose a variation.

        :param generator: the only source of chance; the same for every clip of a batch, so each
            clip takes from it whether its frames are needed here or on another rank
        """
        config = self._config
        mirror = generator.random() < config.mirror
        down, right = generator.integers(-config.shift, config.shift, 2, endpoint=True).tolist()
        gain = 1.0 + generator.uniform(-config.gain, config.gain)
        tint = 1.0 + generator.uniform(-config.tint, config.tint, size=3)
        brightness = generator.uniform(-config.brightness, config.brightness)
        crop, noise_seed = (0.0, 0.0, 0.0), 0
        if config.crop > 0.0:
            share, top, left = generator.random(3).tolist()
            crop = (share * config.crop, top, left)
        if config.noise > 0.0:
            noise_seed = int(generator.integers(2**32))
        return Variation(mirror, (down, right), gain, tint, brightness, crop, noise_seed)

    def apply(
        self,
        variation: Variation,
        frames: NDArray[np.uint8],
        actions: NDArray[np.float32],
        instruction: str,
    ) -> tuple[NDArray[np.uint8], NDArray[np.float32], str]:
        """
        Vary a clip.

        :param frames: shape (T, H, W_px, 3) uint8 RGB, not written to
        :param actions: shape (N, 4)
        :return: frames, actions and instruction of the varied clip
        """
        if variation.mirror:
            frames = cv2.flip(_as_picture(frames), 1).reshape(frames.shape)
            actions = mirror_actions(actions)
            instruction = mirror_instruction(instruction)
        frames = _crop(frames, variation.crop)
        frames = _relight(_move(frames, *variation.shift), variation)
        return self._add_noise(frames, variation.noise_seed), actions, instruction

    def _add_noise(self, frames: NDArray[np.uint8], seed: int) -> NDArray[np.uint8]:
        """
        Add normally distributed noise, another for each pixel.

        A random byte chooses one of 256 quantiles, which costs a tenth of normal numbers.
        """
        if self._config.noise <= 0.0:
            return frames
        quantiles = [NormalDist().inv_cdf((level + 0.5) / 256) for level in range(256)]
        table = np.round(np.array(quantiles) * self._config.noise * _LEVELS).astype(np.int16)
        chosen = np.random.default_rng(seed).integers(0, 256, frames.shape, dtype=np.uint8)
        noise = _as_picture(table[chosen])
        noisy = cv2.add(_as_picture(frames), noise, dtype=cv2.CV_8U)
        return noisy.reshape(frames.shape)


def _crop(frames: NDArray[np.uint8], crop: tuple[float, float, float]) -> NDArray[np.uint8]:
    """Cut the same part out of all frames and enlarge it to their size."""
    share, top, left = crop
    if share == 0.0:
        return frames
    height, width = frames.shape[1:3]
    rows = max(1, round(height * (1.0 - share)))
    columns = max(1, round(width * (1.0 - share)))
    first_row, first_column = round((height - rows) * top), round((width - columns) * left)
    cut = frames[:, first_row : first_row + rows, first_column : first_column + columns]
    return np.stack([cv2.resize(frame, (width, height)) for frame in cut])


def _move(frames: NDArray[np.uint8], down: int, right: int) -> NDArray[np.uint8]:
    """Shift all frames by the same whole pixels; the border is repeated."""
    if down == right == 0:
        return frames
    height, width = frames.shape[1:3]
    moved = frames[:, np.clip(np.arange(height) - down, 0, height - 1)]
    if right > 0:
        moved[:, :, right:] = moved[:, :, : width - right].copy()
        moved[:, :, :right] = moved[:, :, right : right + 1]
    elif right < 0:
        moved[:, :, :right] = moved[:, :, -right:].copy()
        moved[:, :, right:] = moved[:, :, right - 1 : right]
    return moved


def _relight(frames: NDArray[np.uint8], variation: Variation) -> NDArray[np.uint8]:
    """Change contrast, brightness and tint through one table of 256 values per colour."""
    values = np.arange(256)[:, None] * variation.gain * variation.tint[None] + variation.brightness
    table = np.clip(np.round(values), 0, 255).astype(np.uint8)
    if (table == np.arange(256)[:, None]).all():
        return frames
    return cv2.LUT(_as_picture(frames), table[None]).reshape(frames.shape)


def _as_picture(frames: NDArray) -> NDArray:
    """Stack frames, shape (T, H, W_px, 3), to one tall picture, which OpenCV works on fastest."""
    count, height, width, channels = frames.shape
    return np.ascontiguousarray(frames).reshape(count * height, width, channels)
