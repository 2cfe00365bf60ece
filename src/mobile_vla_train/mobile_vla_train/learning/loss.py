# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""What training makes small: a velocity loss and an action type loss over valid actions."""

from __future__ import annotations

from typing import NamedTuple

from torch import Tensor
from torch.nn import functional

from mobile_vla_core.policies.network import PolicyOutput

from ..data.dataset import ClipBatch
from ..sections import LossConfig

NO_WEIGHT = 1e-12
"""A batch that weighs less, such as one of idle frames that do not count, has no loss."""


class Loss(NamedTuple):
    """Means over the valid actions of a batch, each counted with the weight of its frame."""

    total: Tensor
    velocity: Tensor
    action_type: Tensor
    weight: Tensor
    """Sum of the weights: how much this batch counts beside others; 0 when no frame counts."""


class ChunkLoss:
    """
    Huber loss on the velocities, divided by its delta, and cross-entropy on the action type.

    Divided by delta, the loss is the absolute error less a constant wherever the error is large,
    whatever delta is.

    :param weighted: whether frames count differently; else a batch's `weight` is not looked at
    """

    def __init__(self, config: LossConfig, weighted: bool = False) -> None:
        self._config = config
        self._weighted = weighted

    def __call__(self, output: PolicyOutput, batch: ClipBatch) -> Loss:
        """
        Compare predictions with what the driver did.

        :param output: of B * T windows, in the order of the batch's clips
        """
        valid = batch.valid.flatten(0, 1)
        delta = self._config.huber_delta
        weight = valid
        reduction = 'mean'
        if self._weighted:
            weight = batch.weight.flatten()[:, None].expand_as(valid)[valid]
            reduction = 'none'
        velocity = functional.huber_loss(
            output.velocity[valid].float(),
            batch.velocity.flatten(0, 1)[valid],
            delta=delta,
            reduction=reduction,
        )
        action_type = functional.cross_entropy(
            output.type_logits[valid].float(),
            batch.action_type.flatten(0, 1)[valid],
            reduction=reduction,
        )
        if self._weighted:
            velocity = _weighted_mean(velocity.mean(dim=-1), weight)
            action_type = _weighted_mean(action_type, weight)
        velocity = velocity / delta
        total = velocity + self._config.action_type_weight * action_type
        return Loss(total, velocity, action_type, weight.sum())


def _weighted_mean(errors: Tensor, weight: Tensor) -> Tensor:
    return (errors * weight).sum() / weight.sum().clamp_min(NO_WEIGHT)
