# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""Tests for loss.py."""

import pytest
import torch

from mobile_vla_core.policies.network import PolicyOutput
from mobile_vla_train.data.dataset import ClipBatch
from mobile_vla_train.learning.loss import ChunkLoss
from mobile_vla_train.sections import LossConfig

B, T, C = 2, 3, 4


def make_batch(valid=None):
    torch.manual_seed(0)
    return ClipBatch(
        frames=torch.zeros(B, T, 3, 8, 8, dtype=torch.uint8),
        instructions=['go'] * B,
        velocity=torch.randn(B, T, C, 3),
        action_type=torch.randint(0, 4, (B, T, C)),
        valid=torch.ones(B, T, C, dtype=torch.bool) if valid is None else valid,
        weight=torch.ones(B, T),
    )


def perfect(batch):
    logits = torch.nn.functional.one_hot(batch.action_type.flatten(0, 1), 4) * 100.0
    return PolicyOutput(batch.velocity.flatten(0, 1).clone(), logits)


def test_a_perfect_prediction_costs_nothing():
    batch = make_batch()
    assert ChunkLoss(LossConfig())(perfect(batch), batch).total < 1e-6


@pytest.mark.parametrize('delta', [0.05, 0.1, 0.5])
def test_a_large_error_costs_its_size_whatever_delta_is(delta):
    batch = make_batch()
    output = perfect(batch)
    output.velocity.add_(10.0)
    loss = ChunkLoss(LossConfig(huber_delta=delta))(output, batch)
    assert loss.velocity == pytest.approx(10.0 - delta / 2, rel=1e-5)


def test_four_equal_logits_cost_the_logarithm_of_four():
    batch = make_batch()
    output = PolicyOutput(perfect(batch).velocity, torch.zeros(B * T, C, 4))
    loss = ChunkLoss(LossConfig(action_type_weight=0.5))(output, batch)
    assert loss.action_type == pytest.approx(1.386294, rel=1e-5)
    assert loss.total == pytest.approx(0.5 * 1.386294, rel=1e-5)


def test_masked_actions_cost_nothing_and_valid_ones_do():
    valid = torch.ones(B, T, C, dtype=torch.bool)
    valid[1, 2, 3] = False
    batch = make_batch(valid)
    output = perfect(batch)
    output.velocity[-1, 3] += 100.0
    assert ChunkLoss(LossConfig())(output, batch).total < 1e-6
    output.velocity[-1, 2] += 100.0
    assert ChunkLoss(LossConfig())(output, batch).total > 1.0


def test_frames_count_by_their_weight_when_weighting_is_on():
    batch = make_batch()
    weight = torch.ones(B, T)
    weight[0, 0], weight[1, 2] = 0.0, 3.0
    batch = batch._replace(weight=weight)
    output = perfect(batch)
    output.velocity[0] += 100.0  # of the frame without weight
    loss = ChunkLoss(LossConfig(), weighted=True)
    assert loss(output, batch).total < 1e-6
    output.velocity[-1] += 10.0
    delta = LossConfig().huber_delta
    assert loss(output, batch).velocity == pytest.approx((10.0 - delta / 2) * 3 / 7, rel=1e-5)


def test_a_batch_in_which_no_frame_counts_costs_nothing_and_is_a_number():
    batch = make_batch()._replace(weight=torch.zeros(B, T))
    velocity = torch.zeros(B * T, C, 3, requires_grad=True)
    loss = ChunkLoss(LossConfig(), weighted=True)(
        PolicyOutput(velocity, torch.zeros(B * T, C, 4)), batch
    )
    loss.total.backward()
    assert loss.total == loss.weight == 0.0
    assert not velocity.grad.any()


def test_equal_weights_give_what_no_weighting_gives():
    batch = make_batch()
    batch = batch._replace(weight=torch.full((B, T), 2.0))
    output = PolicyOutput(torch.zeros(B * T, C, 3), torch.zeros(B * T, C, 4))
    plain, weighted = ChunkLoss(LossConfig()), ChunkLoss(LossConfig(), weighted=True)
    torch.testing.assert_close(weighted(output, batch).total, plain(output, batch).total)
