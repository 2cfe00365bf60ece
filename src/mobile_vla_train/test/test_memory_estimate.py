# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""Tests for memory_estimate.py and parameter_table.py."""

from dataclasses import replace
import json
import subprocess
import sys

import pytest
import torch

from mobile_vla_core.policies.architecture import build_network
from mobile_vla_train.config import TrainConfig
from mobile_vla_train.preflight.finding import Level
from mobile_vla_train.preflight.memory_estimate import (
    device_memory,
    estimate_memory,
    GIB,
    kosmos2_activations,
    measured_activations,
    MemoryEstimate,
)
from mobile_vla_train.preflight.parameter_table import format_parameters, parameter_table
from mobile_vla_train.sections import DataConfig, OptimiserConfig, PolicyConfig, TuningConfig

SMALL_BACKBONE = {
    'text': {
        'layers': 3,
        'embed_dim': 128,
        'ffn_dim': 512,
        'attention_heads': 4,
        'attention_dropout': 0.0,  # on a CPU, attention with dropout is not fused
    },
    'vision': {
        'hidden_size': 128,
        'intermediate_size': 512,
        'num_hidden_layers': 3,
        'num_attention_heads': 4,
    },
}
TEXT = 'keep to the left of the box'


PEAK = """
import json, resource, sys
import torch
from mobile_vla_core.policies.architecture import build_network
torch.set_num_threads(1)
network = build_network('kosmos2_lstm', json.loads(sys.argv[1])).eval()
def peak():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
with torch.inference_mode():
    tokens = network.tokenize(['keep to the left of the box'])
    network(torch.zeros(1, 1, 3, 224, 224, dtype=torch.uint8), tokens)
    before = peak()
    network(torch.zeros(1, 300, 3, 224, 224, dtype=torch.uint8), tokens, int(sys.argv[2]))
print(peak() - before)
"""


@pytest.fixture(scope='module')
def nano():
    torch.manual_seed(0)
    return build_network('nano', {'height': 24, 'width': 32})


@pytest.fixture(scope='module')
def kosmos2():
    torch.manual_seed(0)
    return build_network(
        'kosmos2_lstm', {'lstm_dim': 16, 'lstm_layers': 1, 'backbone': SMALL_BACKBONE}
    )


def test_adamw_takes_sixteen_bytes_for_each_trained_number(nano):
    config = TrainConfig(optimiser=OptimiserConfig(average_decay=0.0))
    count = sum(p.numel() for p in nano.parameters())
    estimate = estimate_memory(nano, config, TEXT)
    assert estimate.weights + estimate.gradients + estimate.optimiser == 16 * count
    assert estimate.average == estimate.casts == 0.0


def test_the_model_of_the_mission_takes_what_the_facts_say():
    with torch.device('meta'):
        network = build_network('kosmos2_lstm', {})
    data = DataConfig(clip_length=1, clips_per_batch=1)
    config = TrainConfig(
        policy=PolicyConfig('kosmos2_lstm'),
        data=data,
        optimiser=OptimiserConfig(average_decay=0.0),
        precision='bf16-mixed',
    )
    estimate = estimate_memory(network, config, TEXT)
    held = estimate.weights + estimate.gradients + estimate.optimiser
    assert held == pytest.approx(27.3e9, rel=0.01)
    network.requires_grad_(False)
    frozen = estimate_memory(network, config, TEXT)
    assert frozen.weights == pytest.approx(6.82e9, rel=0.01)
    assert frozen.gradients == frozen.optimiser == frozen.activations == frozen.casts == 0.0


def test_the_arithmetic_for_kosmos2_is_near_what_its_layers_keep(kosmos2):
    frames, tokens = 3, kosmos2.tokenize([TEXT]).shape[1]
    computed = kosmos2_activations(
        kosmos2, frames=frames, tokens=tokens, half=False, checkpointing=False
    )
    measured = measured_activations(kosmos2, frames, TEXT)
    assert 0.75 < computed / measured < 1.33


def test_checkpointing_and_freezing_keep_less(kosmos2):
    settings = {'frames': 8, 'tokens': 30, 'half': True}
    whole = kosmos2_activations(kosmos2, **settings, checkpointing=False)
    assert kosmos2_activations(kosmos2, **settings, checkpointing=True) < 0.7 * whole
    kosmos2.parts()['vision'].requires_grad_(False)
    no_vision = kosmos2_activations(kosmos2, **settings, checkpointing=False)
    kosmos2.parts()['vision'].requires_grad_(True)
    assert 0.0 < no_vision < whole


def test_measured_activations_grow_with_the_clip(nano):
    one, four = (measured_activations(nano, length, TEXT) for length in (1, 4))
    assert one > 0.0
    assert 3.0 < four / one < 4.5


def test_validation_grows_with_the_longest_episode_by_its_frames_and_features_alone(kosmos2):
    config = TrainConfig(policy=PolicyConfig('kosmos2_lstm'), data=DataConfig(clip_length=4))
    four, many = (estimate_memory(kosmos2, config, TEXT, n).validation for n in (4, 3000))
    frame_and_feature = 3 * 224 * 224 + 4 * 128
    assert many - four == pytest.approx(2996 * frame_and_feature)
    assert estimate_memory(kosmos2, config, TEXT).validation == pytest.approx(0.0)


def test_what_is_larger_counts_training_or_validation():
    estimate = MemoryEstimate(2 * GIB, 0.0, 0.0, 0.0, 1 * GIB, 3 * GIB, 5 * GIB)
    assert estimate.total == 8 * GIB
    assert estimate._replace(validation=2 * GIB).total == 6 * GIB
    (finding,) = estimate.findings(8 * GIB, 'the device')
    assert 'lower data.clip_length' in finding.text


def test_a_long_episode_is_validated_in_the_memory_that_is_said(kosmos2):
    """The peak of a process that validates, beside one that validates a clip: see PEAK."""
    config = TrainConfig(policy=PolicyConfig('kosmos2_lstm'), data=DataConfig(clip_length=4))
    network = json.dumps({'lstm_dim': 16, 'lstm_layers': 1, 'backbone': SMALL_BACKBONE})
    in_pieces, at_once = (
        int(subprocess.check_output([sys.executable, '-c', PEAK, network, str(n)], text=True))
        for n in (75, 1)
    )
    assert in_pieces < 1.5 * estimate_memory(kosmos2, config, TEXT, 300).validation
    assert at_once > 3 * in_pieces


def test_several_processes_share_a_batch_and_shards_share_the_weights(nano):
    alone = TrainConfig(optimiser=OptimiserConfig(average_decay=0.0))
    ddp = replace(alone, devices=2, strategy='ddp')
    fsdp = replace(alone, devices=2, strategy='fsdp')
    first, second, third = (estimate_memory(nano, c, TEXT) for c in (alone, ddp, fsdp))
    assert second.activations == pytest.approx(first.activations / 2)
    assert second.optimiser == first.optimiser
    assert third.optimiser == first.optimiser / 2


def test_copies_of_frozen_layers_are_kept_unless_they_are_computed_again(kosmos2):
    config = TrainConfig(policy=PolicyConfig('kosmos2_lstm'), precision='bf16-mixed')
    again = replace(config, tuning=TuningConfig(gradient_checkpointing=True))
    for name in ('vision', 'text', 'projection'):
        kosmos2.parts()[name].requires_grad_(False)
    kept, computed = (estimate_memory(kosmos2, c, TEXT).casts for c in (config, again))
    kosmos2.requires_grad_(True)
    assert 0.0 < computed < 0.5 * kept


def test_too_little_memory_is_an_error_before_it_runs_out():
    estimate = MemoryEstimate(2 * GIB, 2 * GIB, 4 * GIB, 0.0, 0.0, 2 * GIB)
    (finding,) = estimate.findings(8 * GIB, 'the device')
    assert finding.level is Level.ERROR
    assert 'needs about 10.0 GiB, the device has 8.0 GiB' in finding.text
    assert 'tuning.gradient_checkpointing=true' in finding.text
    assert estimate.findings(11 * GIB, 'the device')[0].level is Level.WARNING
    assert estimate.findings(16 * GIB, 'the device') == []


def test_this_machine_has_memory():
    available, name = device_memory('cpu')
    assert available > 0.1 * GIB
    assert name == 'this machine'


def test_the_table_tells_parts_and_what_is_trained(nano):
    nano.parts()['vision'].requires_grad_(False)
    table = parameter_table(nano)
    nano.requires_grad_(True)
    assert table['vision'][1] == 0
    assert sum(total for total, _ in list(table.values())[:-1]) == table['all'][0]
    assert table['all'][1] == table['all'][0] - table['vision'][0]
    assert f'{table["all"][0]:,}' in format_parameters(table)[-1]
