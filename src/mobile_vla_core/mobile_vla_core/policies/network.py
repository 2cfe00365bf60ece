# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""What every network behind a policy offers, small or large."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import Any, NamedTuple

import torch
from torch import nn, Tensor


class PolicyOutput(NamedTuple):
    """What the head says about one window."""

    velocity: Tensor
    """Shape (B, C, 3), in units of the action codec's scale."""
    type_logits: Tensor
    """Shape (B, C, 4), one per ActionType."""


class PolicyNetwork(nn.Module, ABC):
    """
    A frame and the instruction become a feature; a window of features becomes a chunk of actions.

    A feature depends on its own frame and the instruction alone. So training encodes each frame
    of a clip once and gathers the windows from the features, serving encodes only the newest
    frame, and both give the same numbers.

    :param window: W, features that the head sees
    :param chunk: C, actions that the head predicts, the first for the newest frame
    """

    def __init__(self, window: int, chunk: int) -> None:
        super().__init__()
        self.window = window
        self.chunk = chunk

    @property
    @abstractmethod
    def config(self) -> dict[str, Any]:
        """Plain values from which the same network is built again."""

    @abstractmethod
    def tokenize(self, instructions: Sequence[str]) -> Tensor:
        """Return whole numbers, shape (B, L), padded with 0 at the right."""

    @abstractmethod
    def encode(self, frames: Tensor, tokens: Tensor) -> Tensor:
        """
        Encode frames, each under its instruction.

        :param frames: shape (B, 3, H, W_px) uint8 RGB; all normalisation happens in here
        :param tokens: shape (B, L)
        :return: shape (B, F)
        """

    @abstractmethod
    def act(self, features: Tensor) -> PolicyOutput:
        """Predict a chunk from windows of features, shape (B, W, F), from zero state."""

    def forward(self, clips: Tensor, tokens: Tensor) -> PolicyOutput:
        """
        Predict a chunk for every frame of contiguous clips, encoding each frame once.

        The windows at the start of a clip are padded with its first frame, as in serving after
        a reset.

        :param clips: shape (B, T, 3, H, W_px) uint8 RGB
        :param tokens: shape (B, L)
        :return: of B * T windows, clip by clip
        """
        clip_count, length = clips.shape[:2]
        per_frame = tokens.repeat_interleave(length, dim=0)
        features = self.encode(clips.flatten(0, 1), per_frame).unflatten(0, (clip_count, length))
        windows = features[:, window_indices(length, self.window, features.device)]
        return self.act(windows.flatten(0, 1))


def window_indices(length: int, window: int, device: torch.device | None = None) -> Tensor:
    """Return the frames of each frame's window, shape (T, W), left-padded with frame 0."""
    newest = torch.arange(length, device=device)[:, None]
    offset = torch.arange(1 - window, 1, device=device)[None]
    return (newest + offset).clamp_(min=0)
