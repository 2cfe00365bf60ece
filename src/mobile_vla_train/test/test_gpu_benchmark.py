# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""Tests for benchmarks/gpu_kosmos2.py: what it counts, and that it runs without a GPU."""

import importlib.util
import json
from pathlib import Path
import subprocess
import sys

import pytest
import torch
from torch.utils.flop_counter import FlopCounterMode
from training_rig import environment

from mobile_vla_core.policies.architecture import build_network
from mobile_vla_train.learning.tuning import prepare_network
from mobile_vla_train.sections import TuningConfig

SCRIPT = Path(__file__).resolve().parents[3] / 'benchmarks' / 'gpu_kosmos2.py'


@pytest.fixture(scope='module')
def benchmark():
    specification = importlib.util.spec_from_file_location('gpu_kosmos2', SCRIPT)
    module = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(module)
    return module


def shape_of_kosmos2(**backbone):
    """Return the network with the shapes of its weights alone, to count and not to compute."""
    with torch.device('meta'):
        return build_network('kosmos2_lstm', {'backbone': backbone})


def encode(network, tokens):
    frame = torch.zeros(1, 3, 224, 224, dtype=torch.uint8, device='meta')
    return network.encode(frame, tokens.to('meta'))


def test_a_frame_of_87_tokens_takes_the_arithmetic_that_pytorch_counts(benchmark):
    network = shape_of_kosmos2().eval().requires_grad_(False)
    tokens = benchmark.Bench('cpu').tokens(network, 1)
    assert 1 + network.backbone.config.latent_query_num + tokens.shape[1] + 1 == 87
    assert tokens.min() > 3  # none is padding
    parts = benchmark.flops_per_frame(network, tokens.shape[1])
    assert [part / 1e9 for part in parts] == pytest.approx([162.0, 7.7, 211.7], abs=0.05)
    with FlopCounterMode(display=False) as counter:
        encode(network, tokens)
    assert sum(parts) == counter.get_total_flops() == pytest.approx(381.4e9, rel=1e-4)


@pytest.mark.parametrize('checkpointing', [False, True])
@pytest.mark.parametrize('mode', ['full', 'frozen'])
def test_a_step_takes_the_arithmetic_that_pytorch_counts(benchmark, mode, checkpointing):
    """Within 5 %: the last product of a vision layer need not be computed again, and counts."""
    network = shape_of_kosmos2(text={'layers': 2}, vision={'num_hidden_layers': 2})
    prepare_network(network, TuningConfig(mode=mode, gradient_checkpointing=checkpointing))
    with FlopCounterMode(display=False) as counter:
        encode(network, benchmark.Bench('cpu').tokens(network, 1)).sum().backward()
    counted = sum(benchmark.training_flops(network, mode, checkpointing))
    assert counted == pytest.approx(counter.get_total_flops(), rel=0.05)


def test_without_a_gpu_it_runs_at_a_small_size_and_says_so(tmp_path):
    output = tmp_path / 'today_gpu_kosmos2.json'
    command = [sys.executable, str(SCRIPT), '--json', str(output)]
    subprocess.check_output(command, env={**environment(), 'CUDA_VISIBLE_DEVICES': ''})
    assert not output.exists()
    result = json.loads((tmp_path / 'today_gpu_kosmos2_small_on_cpu.json').read_text())
    assert (result['device'], result['size']) == ('cpu', 'small')
    assert len(result['training']) == 12
    assert all(row['windows_per_second'] > 0 and row['mfu'] is None for row in result['training'])
    assert set(result['clip_sharing_speedup']) == {'with_checkpointing', 'without_checkpointing'}
    assert result['tokens_per_frame'] == 1 + 4 + 21 + 1
