# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""What every network behind a policy offers, small or large."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import torch
from torch import nn, Tensor

from ..errors import ConfigError

VISION, TEXT, PROJECTION, HEAD = PART_NAMES = ('vision', 'text', 'projection', 'head')
"""What a network may be divided into, for training some of it."""


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

    @classmethod
    @abstractmethod
    def from_config(
        cls, values: Mapping[str, Any], assets: Mapping[str, bytes] | None = None
    ) -> PolicyNetwork:
        """
        Build with fresh weights.

        :param values: plain values, as `config` gives them
        :param assets: files by name, as `assets` gives them; None when there are none yet
        :raises ConfigError: if a key is unknown or a value out of range
        """

    @classmethod
    def empty(
        cls, values: Mapping[str, Any], assets: Mapping[str, bytes] | None = None
    ) -> PolicyNetwork:
        """Build for weights that are loaded next; a large network leaves its own unset."""
        return cls.from_config(values, assets)

    @property
    @abstractmethod
    def config(self) -> dict[str, Any]:
        """Plain values from which the same network is built again."""

    @abstractmethod
    def tokenize(self, instructions: Sequence[str]) -> Tensor:
        """Return whole numbers, shape (B, L), padded at the right."""

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

    @abstractmethod
    def parts(self) -> dict[str, nn.Module]:
        """Return the network in disjoint parts, which hold every parameter; see PART_NAMES."""

    def assets(self) -> dict[str, bytes]:
        """Return the files by name that a checkpoint must carry beside the tensors."""
        return {}

    def layer_classes(self) -> tuple[type[nn.Module], ...]:
        """Return the blocks that repeat, each a unit when the network is sharded."""
        return ()

    def set_gradient_checkpointing(self, enabled: bool) -> None:
        """Compute activations again in the backward pass instead of keeping them, if worth it."""

    def load_backbone(self, source: str) -> None:
        """
        Take over weights that were trained on other data.

        :param source: name on the model hub, or a local folder
        :raises ConfigError: if the architecture has none, or the source cannot be used
        """
        raise ConfigError(
            f'{type(self).__name__} is trained from nothing, found pretrained "{source}": '
            f'leave `pretrained` empty'
        )

    def set_encoder_dtype(self, dtype: torch.dtype) -> None:
        """Encode frames in another number format; the head keeps its own."""
        for name, part in self.parts().items():
            if name != HEAD:
                part.to(dtype)

    def forward(self, clips: Tensor, tokens: Tensor, pieces: int = 1) -> PolicyOutput:
        """
        Predict a chunk for every frame of contiguous clips, encoding each frame once.

        The windows at the start of a clip are padded with its first frame, as in serving after
        a reset.

        :param clips: shape (B, T, 3, H, W_px) uint8 RGB
        :param tokens: shape (B, L)
        :param pieces: in how many the work is done one after the other, to need less memory;
            processes that share the weights of a network must all give the same number
        :return: of B * T windows, clip by clip
        """
        clip_count, length = clips.shape[:2]
        features = self._encode_pieces(
            clips.flatten(0, 1), tokens.repeat_interleave(length, dim=0), pieces
        )
        first = torch.arange(clip_count, device=features.device)[:, None, None] * length
        windows = (first + window_indices(length, self.window, features.device)).flatten(0, 1)
        outputs = [self.act(features[one]) for one in windows.tensor_split(pieces) if len(one)]
        return PolicyOutput(*map(torch.cat, zip(*outputs, strict=True)))

    def _encode_pieces(self, frames: Tensor, tokens: Tensor, pieces: int) -> Tensor:
        features = []
        for piece in zip(frames.tensor_split(pieces), tokens.tensor_split(pieces), strict=True):
            if len(piece[0]):
                features.append(self.encode(*piece))
            else:  # more pieces than frames: keep in step with the other processes
                self.encode(frames[:1], tokens[:1])
        return torch.cat(features)


def window_indices(length: int, window: int, device: torch.device | None = None) -> Tensor:
    """Return the frames of each frame's window, shape (T, W), left-padded with frame 0."""
    newest = torch.arange(length, device=device)[:, None]
    offset = torch.arange(1 - window, 1, device=device)[None]
    return (newest + offset).clamp_(min=0)
