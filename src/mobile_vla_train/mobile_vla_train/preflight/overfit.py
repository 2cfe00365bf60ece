# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""A few steps on one batch must make its loss small; else nothing larger will learn."""

from __future__ import annotations

import math
from typing import NamedTuple

import torch

from mobile_vla_core.policies.network import HEAD, PolicyNetwork

from ..config import TrainConfig
from ..data.clip_batch import ClipBatch
from ..devices import training_device
from ..learning.loss import ChunkLoss
from .finding import Finding, Level

SMALL = 0.2
"""Share of the first loss that counts as learnt by heart."""
HEAD_RATE = 1e-3
"""Least learning rate of the head in the test."""
CLIPS = 2


class OverfitResult(NamedTuple):
    """How the loss on one batch went."""

    losses: list[float]

    @property
    def share(self) -> float:
        """The last loss as a share of the first."""
        return self.losses[-1] / self.losses[0]

    def findings(self) -> list[Finding]:
        """Say whether the batch was learnt."""
        went = f'from {self.losses[0]:.4f} to {self.losses[-1]:.4f}'
        steps = len(self.losses) - 1
        if not math.isfinite(self.losses[-1]):
            text = f'the loss on one batch became {self.losses[-1]} after {steps} steps'
            return [Finding(Level.ERROR, 'overfit', text)]
        if self.share > SMALL:
            text = (
                f'{steps} steps on one batch bring the loss only {went}: labels, learning rate '
                f'or what is trained is wrong'
            )
            return [Finding(Level.ERROR, 'overfit', text)]
        text = f'{steps} steps on one batch bring the loss {went}: the network can learn'
        return [Finding(Level.NOTE, 'overfit', text)]


def overfit_batch(
    network: PolicyNetwork, batch: ClipBatch, config: TrainConfig, steps: int
) -> OverfitResult:
    """
    Train on the first clips of one batch, where and in the number format that training will.

    The weights are changed; the network is back where it was, in its own format, afterwards.

    :param steps: at most; fewer when the loss is small, or not a number, before
    """
    before = next(network.parameters())
    device, home, dtype = training_device(config.accelerator), before.device, before.dtype
    try:
        network.to(device, torch.bfloat16 if config.precision == 'bf16-true' else dtype)
        return _learn(network, batch.first(CLIPS).to(device), config, steps)
    finally:
        network.to(home, dtype)


def _learn(
    network: PolicyNetwork, batch: ClipBatch, config: TrainConfig, steps: int
) -> OverfitResult:
    loss = ChunkLoss(config.loss)
    rate = config.optimiser.learning_rate
    head = {id(p) for p in network.parts()[HEAD].parameters()}
    trained = [p for p in network.parameters() if p.requires_grad]
    groups = [
        {'params': [p for p in trained if id(p) not in head], 'lr': rate},
        {'params': [p for p in trained if id(p) in head], 'lr': max(rate, HEAD_RATE)},
    ]
    optimiser = torch.optim.AdamW([g for g in groups if g['params']], weight_decay=0.0)
    tokens = network.tokenize(batch.instructions).to(batch.frames.device)
    mixed = config.precision == 'bf16-mixed'
    network.train()
    losses: list[float] = []
    while True:
        # Left before each step: within it, the copies in bfloat16 stay those of the old weights.
        with torch.autocast(batch.frames.device.type, torch.bfloat16, enabled=mixed):
            output = network(batch.frames, tokens)
        value = loss(output, batch).total
        losses.append(float(value.detach()))
        ended = len(losses) > steps or not math.isfinite(losses[-1])
        if ended or losses[-1] <= SMALL * losses[0]:
            return OverfitResult(losses)
        optimiser.zero_grad()
        value.backward()
        torch.nn.utils.clip_grad_norm_(trained, config.optimiser.gradient_clip or 1e9)
        optimiser.step()
