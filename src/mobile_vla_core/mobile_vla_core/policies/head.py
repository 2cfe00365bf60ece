# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""The recurrent head: a window of features in, a chunk of actions out."""

from __future__ import annotations

import torch
from torch import nn, Tensor

from ..action_space import ACTION_TYPES, VELOCITY_DIM
from .network import PolicyOutput


class ChunkHead(nn.Module):
    """
    LSTM over the window from zero state, then two linear heads.

    The heads see the last LSTM state beside the newest feature: what is in view now need not
    pass through the memory.

    :param feature_dim: F, width of a feature
    :param hidden_dim: width of the LSTM's state
    :param chunk: C, actions predicted
    :param dropout: share of the joined state dropped in training
    """

    def __init__(self, feature_dim: int, hidden_dim: int, chunk: int, dropout: float) -> None:
        super().__init__()
        self._chunk = chunk
        self.memory = nn.LSTM(feature_dim, hidden_dim, batch_first=True)
        self.trunk = nn.Sequential(
            nn.Dropout(dropout), nn.Linear(hidden_dim + feature_dim, hidden_dim), nn.ReLU()
        )
        self.velocity = nn.Linear(hidden_dim, chunk * VELOCITY_DIM)
        self.action_type = nn.Linear(hidden_dim, chunk * ACTION_TYPES)

    def forward(self, features: Tensor) -> PolicyOutput:
        """Predict from windows of features, shape (B, W, F), in the head's own number format."""
        # The LSTM of some CPUs knows no bfloat16.
        with torch.autocast(features.device.type, enabled=False):
            return self._predict(features.to(self.memory.weight_ih_l0.dtype))

    def _predict(self, features: Tensor) -> PolicyOutput:
        states, _ = self.memory(features)
        joined = self.trunk(torch.cat([states[:, -1], features[:, -1]], dim=-1))
        return PolicyOutput(
            velocity=self.velocity(joined).unflatten(-1, (self._chunk, VELOCITY_DIM)),
            type_logits=self.action_type(joined).unflatten(-1, (self._chunk, ACTION_TYPES)),
        )
