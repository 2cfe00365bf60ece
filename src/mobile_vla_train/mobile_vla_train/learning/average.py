# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""The running mean of a network's weights, which drives better than the last weights."""

from __future__ import annotations

import copy

import torch
from torch import nn


class WeightAverage(nn.Module):
    """
    Exponential moving average of all trained parameters; buffers are followed.

    Early on the decay is shortened to (1 + n) / (10 + n) after n updates, so that the random
    initial weights are forgotten. Weights that are not trained are shared with the network and
    not copied.

    :param decay: share of the old mean kept at each update; 0 follows the network exactly
    """

    def __init__(self, network: nn.Module, decay: float) -> None:
        super().__init__()
        self._decay = decay
        shared = {id(p): p for p in network.parameters() if not p.requires_grad}
        self._trained = [name for name, p in network.named_parameters() if p.requires_grad]
        self.network = copy.deepcopy(network, shared)
        self.network.requires_grad_(False)
        self._updates = 0

    @torch.no_grad()
    def update(self, network: nn.Module) -> None:
        """Move the mean towards the network's present weights."""
        self._updates += 1
        share = 1.0 - min(self._decay, (1 + self._updates) / (10 + self._updates))
        kept, now = dict(self.network.named_parameters()), dict(network.named_parameters())
        mean, present = ([one[name] for name in self._trained] for one in (kept, now))
        torch._foreach_lerp_(mean, present, share)
        for mine, theirs in zip(self.network.buffers(), network.buffers(), strict=True):
            mine.copy_(theirs)

    def get_extra_state(self) -> dict[str, int]:
        """Return the number of updates: it stays out of the device's memory."""
        return {'updates': self._updates}

    def set_extra_state(self, state: dict[str, int]) -> None:
        self._updates = state['updates']
