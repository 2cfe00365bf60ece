# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""What training makes small: a velocity loss and an action type loss over valid actions."""

from __future__ import annotations

from typing import NamedTuple

from torch import Tensor
from torch.nn import functional

from mobile_vla_core.policies.network import PolicyOutput

from ..config import LossConfig
from ..data.dataset import ClipBatch


class Loss(NamedTuple):
    """Means over the valid actions of a batch."""

    total: Tensor
    velocity: Tensor
    action_type: Tensor


class ChunkLoss:
    """
    Huber loss on the velocities, divided by its delta, and cross-entropy on the action type.

    Divided by delta, the loss is the absolute error less a constant wherever the error is large,
    whatever delta is.
    """

    def __init__(self, config: LossConfig) -> None:
        self._config = config

    def __call__(self, output: PolicyOutput, batch: ClipBatch) -> Loss:
        """
        Compare predictions with what the driver did.

        :param output: of B * T windows, in the order of the batch's clips
        """
        valid = batch.valid.flatten(0, 1)
        delta = self._config.huber_delta
        velocity = functional.huber_loss(
            output.velocity[valid], batch.velocity.flatten(0, 1)[valid], delta=delta
        )
        action_type = functional.cross_entropy(
            output.type_logits[valid], batch.action_type.flatten(0, 1)[valid]
        )
        velocity = velocity / delta
        return Loss(
            velocity + self._config.action_type_weight * action_type, velocity, action_type
        )
