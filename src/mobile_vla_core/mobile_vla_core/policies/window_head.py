# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""The head of the Kosmos-2 policy: a deep LSTM and two perceptrons."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import torch
from torch import nn, Tensor

from ..action_space import ACTION_TYPES, VELOCITY_DIM
from .network import PolicyOutput

PERCEPTRON = (1024, 512, 256)
"""Widths between the LSTM and an output, as in RoboVLMs (arXiv 2412.14058)."""
TYPE_SPREAD = 0.5
"""Standard deviation that the one logit of the original head has, in action types."""


class WindowHead(nn.Module):
    """
    LSTM over the window from zero state; its last state gives the chunk.

    :param feature_dim: F, width of a feature
    :param hidden_dim: width of the LSTM's state
    :param layers: of the LSTM
    :param chunk: C, actions predicted
    :param bound: what a tanh on the velocities is multiplied by, one per velocity, in units of
        the codec's scale; None leaves the velocities linear
    :param type_outputs: numbers for the action type of an action: ACTION_TYPES logits, or 1
    """

    def __init__(
        self,
        feature_dim: int,
        hidden_dim: int,
        layers: int,
        chunk: int,
        bound: Sequence[float] | None = None,
        type_outputs: int = ACTION_TYPES,
    ) -> None:
        super().__init__()
        self._chunk = chunk
        self.memory = nn.LSTM(feature_dim, hidden_dim, layers, batch_first=True)
        self.velocity = perceptron(hidden_dim, chunk * VELOCITY_DIM)
        self.action_type = perceptron(hidden_dim, chunk * type_outputs)
        scale = None if bound is None else torch.tensor(bound, dtype=torch.float32)
        self.register_buffer('bound', scale, persistent=False)

    def forward(self, features: Tensor) -> PolicyOutput:
        """Predict from windows of features, shape (B, W, F), in the head's own number format."""
        # The head is 0.2 % of the work, and the LSTM of some CPUs knows no bfloat16.
        with torch.autocast(features.device.type, enabled=False):
            return self._predict(features.to(self.memory.weight_ih_l0.dtype))

    def _predict(self, features: Tensor) -> PolicyOutput:
        states, _ = self.memory(features)
        newest = states[:, -1]
        velocity = self.velocity(newest).unflatten(-1, (self._chunk, VELOCITY_DIM))
        if self.bound is not None:
            velocity = torch.tanh(velocity) * self.bound
        logits = self.action_type(newest).unflatten(-1, (self._chunk, -1))
        return PolicyOutput(velocity, _four_logits(logits))


def perceptron(inputs: int, outputs: int) -> nn.Sequential:
    """Return linear layers of PERCEPTRON with ReLU between them."""
    widths = (inputs, *PERCEPTRON, outputs)
    layers: list[nn.Module] = []
    for width, following in pairwise(widths):
        layers += [nn.Linear(width, following), nn.ReLU()]
    return nn.Sequential(*layers[:-1])


def _four_logits(logits: Tensor) -> Tensor:
    """
    Read the one logit of the original head as four.

    The original stretched its sigmoid over the numbers of the action types, 0 to 3, and rounded.
    So the logits here are those of a normal distribution around three times the sigmoid: the
    likeliest type is the one that the original rounds to. One number cannot doubt between two
    types that are not neighbours; that is why `chunk` has four.

    :param logits: shape (B, C, 4) or (B, C, 1)
    :return: shape (B, C, 4)
    """
    if logits.shape[-1] == ACTION_TYPES:
        return logits
    place = torch.sigmoid(logits) * (ACTION_TYPES - 1)
    types = torch.arange(ACTION_TYPES, dtype=place.dtype, device=place.device)
    return -((place - types) / TYPE_SPREAD).square() / 2
