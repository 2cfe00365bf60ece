# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""The Lightning module: any `PolicyNetwork`, learnt from what drivers did."""

from __future__ import annotations

import math
from typing import Any

import lightning
import numpy as np
from numpy.typing import NDArray
import torch
from torch import Tensor

from mobile_vla_core.action_space import ActionCodec, as_action
from mobile_vla_core.instruction import mirror_instruction
from mobile_vla_core.policies.network import PolicyNetwork, PolicyOutput

from ..config import OptimiserConfig, TrainConfig
from ..data.dataset import ClipBatch
from ..validation.baselines import BaselineReference
from ..validation.metrics import EpisodePredictions, OpenLoopMetrics, scalars
from .average import WeightAverage
from .loss import ChunkLoss


class PolicyModule(lightning.LightningModule):
    """
    Imitate: predict the chunk of actions that the driver gave from each frame on.

    :param network: trained in place; its running mean is what is validated and kept
    :param reference: the training episodes, from which the baselines are made
    """

    def __init__(
        self,
        network: PolicyNetwork,
        codec: ActionCodec,
        reference: BaselineReference,
        config: TrainConfig,
    ) -> None:
        super().__init__()
        self.network = network
        self.average = WeightAverage(network, config.optimiser.average_decay)
        self.metrics: dict[str, Any] = {}
        """Of the last validation."""
        self._codec = codec
        self._reference = reference
        self._config = config
        self._loss = ChunkLoss(config.loss)
        self.open_loop = OpenLoopMetrics(reference)
        """Predictions of the last validation."""
        self._validation_losses: list[tuple[float, int]] = []

    def training_step(self, batch: ClipBatch, _: int) -> Tensor:
        loss = self._loss(self._predict(self.network, batch, batch.instructions), batch)
        self.log_dict(
            {
                'train/loss': loss.total,
                'train/velocity_loss': loss.velocity,
                'train/action_type_loss': loss.action_type,
            }
        )
        return loss.total

    def on_train_batch_end(self, *_: Any) -> None:
        self.average.update(self.network)

    def on_validation_epoch_start(self) -> None:
        self.open_loop = OpenLoopMetrics(self._reference)
        self._validation_losses = []

    def validation_step(self, batch: ClipBatch, index: int) -> None:
        network = self.average.network
        output = self._predict(network, batch, batch.instructions)
        loss = self._loss(output, batch)
        self._validation_losses.append((float(loss.total), int(batch.valid.sum())))
        swapped = [mirror_instruction(text) for text in batch.instructions]
        swapped_output = None
        if swapped != batch.instructions:
            swapped_output = self._predict(network, batch, swapped)
        episode = self.trainer.val_dataloaders.dataset.episodes[index]
        self.open_loop.add(
            EpisodePredictions(
                scenario=episode.scenario,
                predicted=self._actions(output),
                swapped=None if swapped_output is None else self._actions(swapped_output),
                recorded=self._recorded(batch),
                valid=batch.valid[0].cpu().numpy(),
                name=episode.name,
                instruction=episode.instruction,
            )
        )

    def on_validation_epoch_end(self) -> None:
        losses, weights = zip(*self._validation_losses, strict=True)
        loss = float(np.average(losses, weights=weights))
        self.metrics = {
            'step': self.global_step,
            'validation_loss': loss,
            'validation': self.open_loop.summary(),
        }
        self.log('validation/loss', loss)
        for name, value in scalars(self.metrics['validation']).items():
            self.log(f'validation/{name}', value)

    def configure_optimizers(self) -> dict[str, Any]:
        config = self._config.optimiser
        matrices = [p for p in self.network.parameters() if p.ndim > 1]
        others = [p for p in self.network.parameters() if p.ndim <= 1]
        optimiser = torch.optim.AdamW(
            [{'params': matrices}, {'params': others, 'weight_decay': 0.0}],
            lr=config.learning_rate,
            weight_decay=config.weight_decay,
            fused=True,
        )
        steps = self._config.schedule.steps
        schedule = torch.optim.lr_scheduler.LambdaLR(
            optimiser, lambda step: learning_rate_factor(step, steps, config)
        )
        return {
            'optimizer': optimiser,
            'lr_scheduler': {'scheduler': schedule, 'interval': 'step'},
        }

    def _predict(
        self, network: PolicyNetwork, batch: ClipBatch, instructions: list[str]
    ) -> PolicyOutput:
        return network(batch.frames, network.tokenize(instructions).to(self.device))

    def _actions(self, output: PolicyOutput) -> NDArray[np.float32]:
        velocity = self._codec.denormalise(output.velocity.float().cpu().numpy())
        return as_action(velocity, output.type_logits.argmax(dim=-1).cpu().numpy())

    def _recorded(self, batch: ClipBatch) -> NDArray[np.float32]:
        velocity = self._codec.denormalise(batch.velocity[0].cpu().numpy())
        return as_action(velocity, batch.action_type[0].cpu().numpy())


def learning_rate_factor(step: int, steps: int, config: OptimiserConfig) -> float:
    """Return the share of the full learning rate: a linear warm-up, then half a cosine."""
    if step < config.warmup_steps:
        return (step + 1) / config.warmup_steps
    progress = (step - config.warmup_steps) / max(1, steps - config.warmup_steps)
    cosine = 0.5 * (1.0 + math.cos(math.pi * min(progress, 1.0)))
    return config.final_learning_rate + (1.0 - config.final_learning_rate) * cosine
