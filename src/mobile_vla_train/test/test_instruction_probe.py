# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""Tests for instruction_probe.py."""

import numpy as np
import pytest
import torch

from mobile_vla_core.policies.nano import NanoConfig, NanoNetwork
from mobile_vla_train.preflight.finding import Level
from mobile_vla_train.preflight.instruction_probe import choose_pair, probe_instruction

SMALL = NanoConfig(height=24, width=32, channels=(4, 8, 8, 8), feature_dim=16, hidden_dim=16)
FRAMES = np.random.default_rng(1).integers(0, 255, (3, 24, 32, 3), dtype=np.uint8)
PAIR = ('go left', 'go right')


@pytest.fixture
def network():
    torch.manual_seed(0)
    return NanoNetwork(SMALL)


def test_an_untrained_network_hears_the_instruction(network):
    probe = probe_instruction(network, FRAMES, PAIR)
    assert probe.change > 1e-3
    assert probe.findings() == []


def test_a_network_that_does_not_read_the_instruction_is_an_error(network):
    with torch.no_grad():
        network.join.weight.zero_()
    (finding,) = probe_instruction(network, FRAMES, PAIR).findings()
    assert finding.level is Level.ERROR
    assert 'does not read the instruction' in finding.text


def test_words_with_the_same_number_are_an_error():
    deaf = NanoNetwork(NanoConfig(**{**vars(SMALL), 'word_buckets': 2}))
    (finding,) = probe_instruction(deaf, FRAMES, PAIR).findings()
    assert 'gives "go left" and "go right" the same numbers' in finding.text


def test_probing_leaves_the_mode_as_it_was(network):
    network.train()
    probe_instruction(network, FRAMES, PAIR)
    assert network.training


def test_the_pair_is_a_swapped_instruction_else_two_different_ones():
    assert choose_pair(['stop', 'go left']) == ('go left', 'go right')
    assert choose_pair(['stop', 'go', 'stop']) == ('go', 'stop')
    assert choose_pair(['go', 'go']) is None
