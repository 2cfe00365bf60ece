# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""The running mean of a network's weights, which drives better than the last weights."""

from __future__ import annotations

import copy

import torch
from torch import nn


class WeightAverage(nn.Module):
    """
    Exponential moving average of all parameters and buffers.

    Early on the decay is shortened to (1 + n) / (10 + n) after n updates, so that the random
    initial weights are forgotten.

    :param decay: share of the old mean kept at each update; 0 follows the network exactly
    """

    def __init__(self, network: nn.Module, decay: float) -> None:
        super().__init__()
        self._decay = decay
        self.network = copy.deepcopy(network).requires_grad_(False)
        self.register_buffer('updates', torch.zeros((), dtype=torch.long))

    @torch.no_grad()
    def update(self, network: nn.Module) -> None:
        """Move the mean towards the network's present weights."""
        self.updates += 1
        count = int(self.updates)
        share = 1.0 - min(self._decay, (1 + count) / (10 + count))
        mean, present = list(self.network.parameters()), list(network.parameters())
        torch._foreach_lerp_(mean, present, share)
        for kept, now in zip(self.network.buffers(), network.buffers(), strict=True):
            kept.copy_(now)
