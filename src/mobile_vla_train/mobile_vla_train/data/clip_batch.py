# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""What the network is given in one step."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
import torch
from torch import Tensor

from mobile_vla_core.action_space import ActionCodec, VELOCITY_DIM


class ClipBatch(NamedTuple):
    """Clips of equal length, with the chunk that each frame should predict."""

    frames: Tensor
    """Shape (B, T, 3, H, W_px) uint8 RGB."""
    instructions: list[str]
    """One per clip."""
    velocity: Tensor
    """Shape (B, T, C, 3), in units of the codec's scale."""
    action_type: Tensor
    """Shape (B, T, C)."""
    valid: Tensor
    """Shape (B, T, C): False where the frame or the action is past the end of the episode."""
    weight: Tensor
    """Shape (B, T) float32: how much each frame counts; 1 unless weighting is on."""

    def first(self, clips: int) -> ClipBatch:
        """Return a batch of the first clips alone."""
        return ClipBatch(*(part[:clips] for part in self))

    def to(self, device: torch.device) -> ClipBatch:
        """Return the batch on a device."""
        return ClipBatch(*(p.to(device) if isinstance(p, Tensor) else p for p in self))


class Clip(NamedTuple):
    """One clip before it is put into a batch."""

    frames: NDArray[np.uint8]
    """Shape (T, H, W_px, 3)."""
    instruction: str
    future: NDArray[np.float32]
    """Shape (T, C, 4), physical units."""
    valid: NDArray[np.bool_]
    """Shape (T, C)."""
    weight: NDArray[np.float32]
    """Shape (T,)."""


def collate(clips: Sequence[Clip], codec: ActionCodec) -> ClipBatch:
    """Join clips of equal length to a batch."""
    future = np.stack([clip.future for clip in clips])
    frames = torch.from_numpy(np.stack([clip.frames for clip in clips]))
    return ClipBatch(
        frames=frames.permute(0, 1, 4, 2, 3),
        instructions=[clip.instruction for clip in clips],
        velocity=torch.from_numpy(codec.normalise(future[..., :VELOCITY_DIM])),
        action_type=torch.from_numpy(future[..., VELOCITY_DIM].astype(np.int64)),
        valid=torch.from_numpy(np.stack([clip.valid for clip in clips])),
        weight=torch.from_numpy(np.stack([clip.weight for clip in clips])),
    )
