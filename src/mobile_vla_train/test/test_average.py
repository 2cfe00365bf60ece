# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""Tests for average.py."""

import pytest
import torch
from torch import nn
from torch.optim.optimizer import register_optimizer_step_post_hook
from training_rig import SMALL, weights_of

from mobile_vla_train.config_file import load_config
from mobile_vla_train.learning.average import WeightAverage
from mobile_vla_train.run import TrainingRun


def constant(value):
    network = nn.Linear(2, 1)
    with torch.no_grad():
        for parameter in network.parameters():
            parameter.fill_(value)
    return network


def test_it_settles_on_constant_weights():
    average = WeightAverage(constant(0.0), decay=0.9)
    for _ in range(200):
        average.update(constant(1.0))
    torch.testing.assert_close(average.network.weight, torch.ones(1, 2))


def test_it_lags_behind_a_jump_by_the_decay():
    average = WeightAverage(constant(0.0), decay=0.9)
    for _ in range(200):
        average.update(constant(0.0))
    average.update(constant(1.0))
    assert average.network.weight[0, 0].item() == pytest.approx(0.1, abs=1e-6)


def test_the_first_updates_forget_the_initial_weights():
    average = WeightAverage(constant(100.0), decay=0.999)
    for _ in range(50):
        average.update(constant(0.0))
    assert average.network.weight.abs().max() < 0.01


def test_decay_zero_follows_the_network():
    average = WeightAverage(constant(0.0), decay=0.0)
    average.update(constant(3.0))
    assert (average.network.weight == 3.0).all()


def test_the_network_itself_is_never_changed_and_the_mean_has_no_gradients():
    network = constant(1.0)
    average = WeightAverage(network, decay=0.5)
    average.update(constant(9.0))
    assert (network.weight == 1.0).all()
    assert not any(parameter.requires_grad for parameter in average.parameters())


def test_a_run_keeps_the_mean_of_its_weights_and_not_the_last_ones(episodes, tmp_path):
    decay, seen = 0.5, []
    settings = [*SMALL, 'schedule.steps=9', f'optimiser.average_decay={decay}']
    run = TrainingRun(episodes, tmp_path, load_config('nano', settings))
    first = {name: tensor.clone() for name, tensor in run.network.named_parameters()}

    def note(optimiser, *_):
        seen.append({name: tensor.clone() for name, tensor in run.network.named_parameters()})

    handle = register_optimizer_step_post_hook(note)
    run.fit()
    handle.remove()
    assert len(seen) == 9
    mean = first
    for number, weights in enumerate(seen, 1):
        share = 1.0 - min(decay, (1 + number) / (10 + number))
        mean = {name: torch.lerp(mean[name], weights[name], share) for name in mean}
    kept = weights_of(tmp_path)
    for name, tensor in mean.items():
        torch.testing.assert_close(kept[name], tensor.detach(), rtol=1e-5, atol=1e-7)
    assert max((kept[name] - seen[-1][name]).abs().max() for name in mean) > 1e-4
