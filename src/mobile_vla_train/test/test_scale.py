# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""Tests for scale.py: two processes (gloo) learn what one does."""

import json
import subprocess
import sys

from conftest import write_episode
import pytest
import torch
from training_rig import command, environment, scalars_of, SMALL, train, weights_of

from mobile_vla_core.checkpoint import load_policy
from mobile_vla_train.learning.trainer_state import load_state
from mobile_vla_train.train import main

CLOSE = {'rtol': 1e-4, 'atol': 2e-5}
"""Two processes add the same numbers in another order; twelve steps of AdamW carry that on."""
SETTINGS = (
    'schedule.steps=12',
    'schedule.epoch_steps=6',
    'data.validation_fraction=0.3',  # three episodes: two on one process, one on the other
    'data.idle_weight=0.5',
    'optimiser.accumulate=2',
    'log_every=1',
)


@pytest.fixture(scope='module')
def alone(episodes, tmp_path_factory):
    output = tmp_path_factory.mktemp('runs') / 'alone'
    assert train(episodes, output, *SETTINGS) == 0
    return output


def train_on_two(data, output, *arguments, status=0):
    """Train in two processes; return what was printed."""
    program = ('-m', 'mobile_vla_train.train', *command(data, output, *arguments))
    return run_on_two(*program, status=status)


def run_on_two(*program, status=0):
    """Run a program with torchrun, as on one machine of a cluster; return what it printed."""
    torchrun = (sys.executable, '-m', 'torch.distributed.run', '--standalone')
    done = subprocess.run(
        [*torchrun, '--nproc-per-node', '2', *program],
        env=environment(),
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )
    assert done.returncode == status, done.stdout + done.stderr
    return done.stdout + done.stderr


def metrics_of(output):
    return json.loads((output / 'checkpoints' / 'last' / 'metrics.json').read_text())


def assert_close(one, other, stopped_after=None):
    """Losses, validation and weights of two runs agree."""
    expected, found = scalars_of(one), scalars_of(other)
    assert set(range(12)) - {stopped_after} <= set(found) <= set(expected) == set(range(12))
    for step, values in found.items():
        assert len(values) == 1  # one process wrote
        assert values[0] == pytest.approx(expected[step][0], rel=1e-4)
    first, second = metrics_of(one), metrics_of(other)
    assert second['validation']['episodes'] == first['validation']['episodes'] == 3
    assert second['validation']['frames'] == first['validation']['frames']
    assert second['validation']['confusion'] == first['validation']['confusion']
    assert second['validation_loss'] == pytest.approx(first['validation_loss'], rel=1e-4)
    for name, scores in first['validation']['next'].items():
        assert second['validation']['next'][name] == pytest.approx(scores, rel=1e-3)
    mine, theirs = weights_of(one), weights_of(other)
    assert set(mine) == set(theirs)
    for name in mine:
        torch.testing.assert_close(theirs[name], mine[name], **CLOSE)


def test_two_processes_learn_what_one_does(alone, episodes, tmp_path):
    printed = train_on_two(episodes, tmp_path / 'two', *SETTINGS, 'devices=2')
    assert_close(alone, tmp_path / 'two')
    assert printed.count('step 12/12') == printed.count('Policy: ') == 1
    assert (tmp_path / 'two' / 'split.yaml').read_text() == (alone / 'split.yaml').read_text()


def test_half_a_batch_would_be_noticed(alone, episodes, tmp_path):
    """The control: the tolerance is not so wide that another batch passes."""
    assert train(episodes, tmp_path / 'half', *SETTINGS, 'data.clips_per_batch=2') == 0
    with pytest.raises(AssertionError):
        assert_close(alone, tmp_path / 'half')


STOP_AT_FOUR = """
import sys
from pathlib import Path
from mobile_vla_train.config_file import load_config
from mobile_vla_train.learning.interruption import InterruptedRun
from mobile_vla_train.run import TrainingRun
data, output, *overrides = sys.argv[1:]
run = TrainingRun(Path(data), Path(output), load_config('nano', overrides))
run.stop_after(4)
try:
    run.fit()
except InterruptedRun:
    print('stopped')
"""


def test_two_halves_of_a_network_learn_what_the_whole_does(episodes, tmp_path):
    """Weights and moments are divided (FSDP2), gathered for each file, and taken up again."""
    settings = (
        *SETTINGS,
        *('optimiser.average_decay=0', 'tuning.mode=lora', 'tuning.lora_r=4'),
        'tuning.parts=[vision]',
    )
    assert train(episodes, tmp_path / 'alone', *settings) == 0
    script, shards = tmp_path / 'stop.py', tmp_path / 'shards'
    script.write_text(STOP_AT_FOUR)
    sharded = (*settings, 'strategy=fsdp', 'devices=2')
    printed = run_on_two(str(script), str(episodes), str(shards), *SMALL, *sharded)
    assert 'stopped' in printed
    assert load_state(shards / 'trainer_state' / 'last.ckpt')['step'] == 4
    train_on_two(episodes, shards, *sharded, '--resume')
    assert_close(tmp_path / 'alone', shards, stopped_after=3)
    state = load_state(shards / 'trainer_state' / 'last.ckpt')
    assert state['step'] == 12
    assert all(type(tensor) is torch.Tensor for tensor in state['state_dict'].values())
    assert load_policy(shards / 'checkpoints' / 'best').card.architecture == 'nano'


def test_halves_of_kosmos2_validate_episodes_of_unequal_length_as_the_whole_does(tmp_path):
    """Each layer is gathered when it is used, so both processes must use it equally often."""
    data = tmp_path / 'data'
    for number in range(8):
        write_episode(data, number, steps=10 + 9 * number)
    settings = [
        *('--config', 'kosmos2_tiny', 'schedule.steps=4', 'schedule.epoch_steps=2'),
        *('data.validation_fraction=0.4', 'data.clip_length=6', 'validation.figures=false'),
        *('tuning.gradient_checkpointing=true', 'threads=1', '--data', str(data), '--output'),
    ]
    assert main([*settings, str(tmp_path / 'alone')]) == 0
    run_on_two(
        *('-m', 'mobile_vla_train.train', *settings, str(tmp_path / 'shards')),
        *('strategy=fsdp', 'devices=2'),
    )
    whole, halves = metrics_of(tmp_path / 'alone'), metrics_of(tmp_path / 'shards')
    assert halves['validation']['frames'] == whole['validation']['frames']
    assert halves['validation_loss'] == pytest.approx(whole['validation_loss'], rel=1e-4)


@pytest.mark.parametrize(
    ('small_disk', 'sentence'),
    [('2900k', 'cannot write the checkpoint'), ('3600k', 'cannot write the state to resume from')],
    indirect=['small_disk'],
)
def test_both_processes_end_with_the_reason_when_the_first_cannot_save(
    small_disk, sentence, episodes, tmp_path
):
    output, cache = small_disk / 'run', tmp_path / 'cache'
    settings = ('schedule.steps=12', 'devices=2', '--cache', str(cache))
    printed = train_on_two(episodes, output, *settings, status=1)
    assert printed.count(f'train: {sentence}') == 2, printed
    assert load_state(output / 'trainer_state' / 'last.ckpt')['step'] == 3


LATE_FIRST = """
import os
import sys
import time
from mobile_vla_train.train import main
time.sleep(5.0 if os.environ['RANK'] == '0' else 0.0)
sys.exit(main(sys.argv[1:]))
"""


def test_two_processes_rehearse_in_one_folder_and_the_first_serves(episodes, tmp_path):
    """The first, which removes what was created, finds everything created by the other."""
    script, output, cache = tmp_path / 'late.py', tmp_path / 'run', tmp_path / 'cache'
    script.write_text(LATE_FIRST)
    settings = ('devices=2', '--test', '--cache', str(cache))
    printed = run_on_two(str(script), *command(episodes, output, *settings))
    for text in (
        'Preflight: 6 episodes',
        '3 steps, a validation and the checkpoints',
        'resumed to the last step',
        'served the checkpoint: 8 actions',
    ):
        assert printed.count(text) == 1, printed
    assert not output.exists()
    assert not cache.exists()


def test_only_one_process_looks_when_nothing_is_trained(episodes, tmp_path):
    printed = train_on_two(episodes, tmp_path / 'run', 'devices=2', '--check')
    assert printed.count('Preflight: ') == 1
