# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""The Lightning module: any `PolicyNetwork`, learnt from what drivers did."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import lightning
from lightning.pytorch.strategies import ModelParallelStrategy
import numpy as np
from numpy.typing import NDArray
import torch
from torch import distributed, Tensor
from torch.optim import Optimizer

from mobile_vla_core.action_space import ActionCodec, as_action
from mobile_vla_core.instruction import mirror_instruction
from mobile_vla_core.policies.network import PolicyNetwork, PolicyOutput

from ..config import TrainConfig
from ..data.clip_batch import ClipBatch
from ..validation.baselines import BaselineReference
from ..validation.metrics import EpisodePredictions, OpenLoopMetrics, scalars
from .average import WeightAverage
from .divergence import DivergenceError, DivergenceWatch
from .loss import ChunkLoss, Loss, NO_WEIGHT
from .optimiser import build_optimiser, learning_rate_factor
from .scale import gather, shard
from .trainer_state import restore_position, store_position
from .tuning import resting_parts

_MOST_TOKENS = 4096
"""Different batches of instructions whose tokens are remembered."""


class ValidatedEpisode(NamedTuple):
    """What validation found for one episode."""

    number: int
    """Of all that are validated, on whichever process."""
    predictions: EpisodePredictions
    loss: float
    weight: float
    """How much the loss counts."""


class PolicyModule(lightning.LightningModule):
    """
    Imitate: predict the chunk of actions that the driver gave from each frame on.

    :param network: trained in place, see `prepare_network`; its running mean, when there is one,
        is what is validated and kept
    :param reference: the training episodes, from which the baselines are made
    :param weighted: whether frames count differently
    :param name_batch: says which episodes the batch of a step is made of, for error messages
    """

    def __init__(
        self,
        network: PolicyNetwork,
        codec: ActionCodec,
        reference: BaselineReference,
        config: TrainConfig,
        *,
        weighted: bool = False,
        name_batch: Callable[[int], str] = 'step {}'.format,
    ) -> None:
        super().__init__()
        self.network = network
        decay = config.optimiser.average_decay
        self.average = WeightAverage(network, decay) if decay else None
        self.metrics: dict[str, Any] = {}
        """Of the last validation."""
        self.open_loop = OpenLoopMetrics(reference)
        """The predictions of the last validation, of all processes."""
        self.stepped = False
        """Whether the last batch ended with an optimiser step: with accumulation not all do."""
        self._codec = codec
        self._reference = reference
        self._config = config
        self._name_batch = name_batch
        self._loss = ChunkLoss(config.loss, weighted)
        self._validated: list[ValidatedEpisode] = []
        self._watch = DivergenceWatch()
        self._tokens: dict[tuple[str, ...], Tensor] = {}
        self._batch_loss = torch.zeros(())
        self._at_rest = resting_parts(network, config.tuning)

    @property
    def sharded(self) -> bool:
        """Whether the weights are divided over the processes."""
        return isinstance(self.trainer.strategy, ModelParallelStrategy)

    def kept_network(self) -> PolicyNetwork:
        """Return the network that is validated and kept."""
        return self.network if self.average is None else self.average.network

    def train(self, mode: bool = True) -> PolicyModule:
        """Keep frozen parts as they are in serving: no dropout in them."""
        super().train(mode)
        for part in self._at_rest:
            part.eval()
        return self

    def on_fit_start(self) -> None:
        self.train()  # Lightning leaves every part in the mode that it finds

    def configure_model(self) -> None:
        if self.sharded and not self._is_sharded():
            mesh = self.device_mesh['data_parallel']
            shard(self.network, mesh, self._config.precision)
        if self._config.compile:
            self.network.compile()

    def configure_optimizers(self) -> dict[str, Any]:
        config = self._config.optimiser
        optimiser = build_optimiser(self.network, config)
        steps = self._config.schedule.steps
        schedule = torch.optim.lr_scheduler.LambdaLR(
            optimiser, lambda step: learning_rate_factor(step, steps, config)
        )
        return {
            'optimizer': optimiser,
            'lr_scheduler': {'scheduler': schedule, 'interval': 'step'},
        }

    def training_step(self, batch: ClipBatch, index: int) -> Tensor:
        self._seed_dropout(index)
        loss = self._loss(self._predict(batch, batch.instructions), batch)
        shared, share = self._over_ranks(loss)
        self.log_dict(
            {
                'train/loss': shared.total,
                'train/velocity_loss': shared.velocity,
                'train/action_type_loss': shared.action_type,
            }
        )
        self._batch_loss = shared.total.detach()  # all processes judge the same
        return loss.total if share is None else loss.total * share

    def configure_gradient_clipping(self, optimizer: Optimizer, *_: Any, **__: Any) -> None:
        """
        Clip the norm of all gradients together, under every strategy.

        Lightning's own clipping is not used: it refuses to clip sharded gradients.
        """
        gradients = [p for group in optimizer.param_groups for p in group['params']]
        limit = self._config.optimiser.gradient_clip or float('inf')
        norm = torch.nn.utils.clip_grad_norm_(gradients, limit)
        norm = norm.full_tensor() if self.sharded else norm
        self.log('train/gradient_norm', norm)
        rates = {'learning_rate': optimizer.param_groups[-1]['lr']}
        if self._config.optimiser.backbone_learning_rate:
            rates['backbone_learning_rate'] = optimizer.param_groups[0]['lr']
        self.log_dict({f'train/{name}': rate for name, rate in rates.items()})
        self._watch.observe(self.global_step, self._batch_loss, norm)
        if self.device.type == 'cpu' or self.global_step % self._config.log_every == 0:
            self.check_finite()

    def check_finite(self) -> None:
        """
        Look whether all losses and gradients so far were numbers.

        :raises DivergenceError: if not; it names the batch
        """
        step = self._watch.first_bad_step()
        if step is not None:
            raise DivergenceError(
                f'the loss or its gradient is no longer a number at step {step}, in the batch of '
                f'{self._name_batch(step)}; the checkpoints and the state before it are kept: '
                f'lower optimiser.learning_rate, or look at those episodes'
            )

    def optimizer_step(self, *arguments: Any, **keywords: Any) -> None:
        super().optimizer_step(*arguments, **keywords)
        if self.average is not None:
            self.average.update(self.network)
        self.stepped = True

    def on_train_batch_start(self, *_: Any) -> None:
        self.stepped = False

    def on_save_checkpoint(self, checkpoint: dict[str, Any]) -> None:
        store_position(checkpoint, self.global_step)

    def on_load_checkpoint(self, checkpoint: dict[str, Any]) -> None:
        restore_position(self.trainer, checkpoint)

    def on_validation_epoch_start(self) -> None:
        self.check_finite()
        self._validated = []

    def validation_step(self, batch: ClipBatch, index: int) -> None:
        dataset = self.trainer.val_dataloaders.dataset
        # A sharded network is run by all processes at once, so equally often by each.
        frames = dataset.longest(index) if self.sharded else batch.frames.shape[1]
        pieces = -(-frames // self._config.data.clip_length)
        output = self._predict(batch, batch.instructions, pieces)
        swapped = [mirror_instruction(text) for text in batch.instructions]
        has_side = swapped != batch.instructions
        swapped_output = None
        if has_side or self.sharded:
            swapped_output = self._predict(batch, swapped, pieces)
        if dataset.is_padding(index):
            return
        episode, loss = dataset.episodes[index], self._loss(output, batch)
        predictions = EpisodePredictions(
            scenario=episode.scenario,
            predicted=self._actions(output),
            swapped=self._actions(swapped_output) if has_side else None,
            recorded=self._recorded(batch),
            valid=batch.valid[0].cpu().numpy(),
            name=episode.name,
            instruction=episode.instruction,
        )
        number = index * self.trainer.world_size + self.global_rank
        self._validated.append(
            ValidatedEpisode(number, predictions, float(loss.total), float(loss.weight))
        )

    def on_validation_epoch_end(self) -> None:
        episodes = sorted(gather(self._validated), key=lambda one: one.number)
        self.open_loop = OpenLoopMetrics(self._reference)
        for episode in episodes:
            self.open_loop.add(episode.predictions)
        loss = float(
            np.average([one.loss for one in episodes], weights=[one.weight for one in episodes])
        )
        self.metrics = {
            'step': self.global_step,
            'validation_loss': loss,
            'validation': self.open_loop.summary(),
            'trained_on': sorted({episode.name for episode in self._reference.episodes}),
        }
        self.log('validation/loss', loss, rank_zero_only=True)
        for name, value in scalars(self.metrics['validation']).items():
            self.log(f'validation/{name}', value, rank_zero_only=True)

    def _predict(self, batch: ClipBatch, instructions: list[str], pieces: int = 0) -> PolicyOutput:
        """Run the network that is trained, or, in pieces, the one that is kept."""
        key = tuple(instructions)
        if key not in self._tokens:
            if len(self._tokens) >= _MOST_TOKENS:
                self._tokens.clear()
            self._tokens[key] = self.network.tokenize(instructions).to(self.device)
        if not pieces:
            return self.network(batch.frames, self._tokens[key])
        return self.kept_network()(batch.frames, self._tokens[key], pieces)

    def _seed_dropout(self, index: int) -> None:
        """Draw the same after a resume: chance depends on seed, step and process alone."""
        part = index % self._config.optimiser.accumulate
        state = (self._config.seed, self.global_step, part, self.global_rank)
        torch.manual_seed(int(np.random.SeedSequence(state).generate_state(1)[0]))

    def _over_ranks(self, loss: Loss) -> tuple[Loss, Tensor | None]:
        """
        Return the loss of the whole batch, and how much this process' part counts in it.

        Gradients are averaged over the processes, which is right when all have as many valid
        actions; the share makes up for where they have not.
        """
        world = self.trainer.world_size
        if world == 1:
            return loss, None
        parts = torch.stack([part.detach().float() for part in loss])
        parts = torch.cat([parts[:3] * parts[3], parts[3:]])
        distributed.all_reduce(parts)
        weight = parts[3].clamp_min(NO_WEIGHT)
        return Loss(*(parts[:3] / weight), parts[3]), loss.weight.detach() * world / weight

    def _is_sharded(self) -> bool:
        return any(hasattr(parameter, 'full_tensor') for parameter in self.network.parameters())

    def _actions(self, output: PolicyOutput) -> NDArray[np.float32]:
        velocity = self._codec.denormalise(output.velocity.float().cpu().numpy())
        return as_action(velocity, output.type_logits.argmax(dim=-1).cpu().numpy())

    def _recorded(self, batch: ClipBatch) -> NDArray[np.float32]:
        velocity = self._codec.denormalise(batch.velocity[0].cpu().numpy())
        return as_action(velocity, batch.action_type[0].cpu().numpy())
