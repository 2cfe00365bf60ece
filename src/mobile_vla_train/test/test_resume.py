# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""Tests for trainer_state.py, interruption.py, run_folder.py: nothing is lost, all is exact."""

import re
import signal
import subprocess
import time

import pytest
import torch
from training_rig import scalars_of, SMALL, start, train, weights_of

from mobile_vla_core.errors import CheckpointError
from mobile_vla_train.config_file import load_config
from mobile_vla_train.learning.divergence import DivergenceError
from mobile_vla_train.learning.interruption import InterruptedRun
from mobile_vla_train.learning.module import PolicyModule
from mobile_vla_train.learning.trainer_state import load_state, TrainerStateFile
from mobile_vla_train.run import TrainingRun
from mobile_vla_train.run_folder import Existing
from mobile_vla_train.train import main

STEPS, EPOCH = 60, 15
LONG = (
    f'schedule.steps={STEPS}',
    f'schedule.epoch_steps={EPOCH}',
    'log_every=1',
    'policy.network.dropout=0.3',  # so that chance must be resumed too
)


@pytest.fixture(scope='module')
def whole(episodes, tmp_path_factory):
    """Return a run that nothing interrupted."""
    output = tmp_path_factory.mktemp('runs') / 'whole'
    assert train(episodes, output, *LONG) == 0
    return output


def wait_for(condition, process):
    deadline = time.monotonic() + 60
    while not condition():
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < deadline
        time.sleep(0.002)


def assert_same_losses(whole, resumed, first_step):
    """Every loss that the resumed run ever logged is that of the whole run, bit for bit."""
    expected, found = scalars_of(whole), scalars_of(resumed)
    assert set(expected) == set(range(STEPS))
    assert set(range(first_step, STEPS)) <= set(found) <= set(expected)
    assert all({value} == set(expected[step]) for step in found for value in found[step])


def assert_same_weights(one, other):
    for name in ('best', 'last'):
        first, second = weights_of(one, name), weights_of(other, name)
        assert all(torch.equal(first[key], second[key]) for key in first)


def test_a_killed_run_goes_on_in_the_middle_of_an_epoch(whole, episodes, tmp_path):
    output = tmp_path / 'killed'
    process = start(episodes, output, *LONG, 'schedule.every=1')
    wait_for((output / 'checkpoints' / 'step_00000019').exists, process)
    process.kill()
    process.communicate()
    assert process.returncode == -signal.SIGKILL
    step = load_state(output / 'trainer_state' / 'last.ckpt')['step']
    assert EPOCH < step < STEPS
    data = ('--data', str(episodes), '--output', str(output))
    assert main([*data, '--resume']) == 0  # the run's own configuration
    assert_same_losses(whole, output, step)
    assert_same_weights(whole, output)


@pytest.mark.parametrize('number', [signal.SIGINT, signal.SIGTERM])
def test_a_signal_saves_the_step_it_came_in(number, whole, episodes, tmp_path):
    output = tmp_path / 'stopped'
    process = start(episodes, output, *LONG)
    wait_for((output / 'checkpoints' / 'last').exists, process)
    process.send_signal(number)
    _, printed = process.communicate(timeout=60)
    assert process.returncode == 130, printed
    step = load_state(output / 'trainer_state' / 'last.ckpt')['step']
    assert f'stopped after step {step}; --resume goes on from there' in printed
    assert EPOCH <= step < STEPS
    assert train(episodes, output, *LONG, '--resume') == 0
    assert_same_losses(whole, output, step)
    assert_same_weights(whole, output)


ENDLESS = ('schedule.steps=1000000', 'schedule.epoch_steps=1000000')


def stop_twice(process, number):
    """Send a signal, and again once the first was noticed; return the rest that was printed."""
    process.send_signal(number)
    for line in process.stderr:
        if 'stopping after this step; Ctrl-C again to stop at once' in line:
            break
    process.send_signal(number)
    return process.communicate(timeout=60)[1]


def test_a_second_sigterm_as_clusters_send_it_still_saves(episodes, tmp_path):
    output = tmp_path / 'run'
    slow = ('data.clips_per_batch=1000', 'schedule.every=1')
    process = start(episodes, output, *ENDLESS, *slow)
    wait_for((output / 'trainer_state' / 'last.ckpt').exists, process)
    printed = stop_twice(process, signal.SIGTERM)
    assert process.returncode == 130, printed
    step = load_state(output / 'trainer_state' / 'last.ckpt')['step']
    assert f'stopped after step {step}; --resume' in printed


def test_a_second_ctrl_c_stops_at_once(episodes, tmp_path):
    output = tmp_path / 'run'
    slow = ('data.clips_per_batch=2000', 'schedule.every=1')
    process = start(episodes, output, *ENDLESS, *slow)
    wait_for((output / 'trainer_state' / 'last.ckpt').exists, process)
    printed = stop_twice(process, signal.SIGINT)
    assert process.returncode == 130, printed
    assert 'interrupted; --resume goes on from the last checkpoint' in printed


def test_a_stop_saves_no_weights_that_are_no_numbers(episodes, tmp_path, monkeypatch):
    """A GPU is not asked after every step whether all was finite; here too only the stop asks."""
    step = PolicyModule.optimizer_step

    def step_whose_loss_nobody_has_looked_at(module, *arguments, **keywords):
        step(module, *arguments, **keywords)
        if module.global_step == 4:
            module._watch.observe(4, torch.tensor(float('nan')))

    monkeypatch.setattr(PolicyModule, 'optimizer_step', step_whose_loss_nobody_has_looked_at)
    run = TrainingRun(episodes, tmp_path, load_config('nano', [*SMALL, *LONG[:2]]))
    run.stop_after(5)
    with pytest.raises(DivergenceError, match='no longer a number at step 4, in the batch of'):
        run.fit()
    assert not run.folder.state.exists()


def test_accumulating_in_epochs_without_a_cache_is_resumed_with_loading_processes(
    episodes, tmp_path
):
    settings = (*LONG[2:], 'schedule.steps=6', 'optimiser.accumulate=2')
    assert train(episodes, tmp_path / 'whole', *settings) == 0
    resumed = tmp_path / 'resumed'
    other = (*settings, 'data.cache=none')
    run = TrainingRun(episodes, resumed, load_config('nano', [*SMALL, *other]))
    run.stop_after(4)  # within the second epoch
    with pytest.raises(InterruptedRun):
        run.fit()
    assert train(episodes, resumed, *other, 'data.workers=2', '--resume') == 0
    assert not (resumed / 'cache').exists()
    expected, found = scalars_of(tmp_path / 'whole'), scalars_of(resumed)
    assert len(expected) == 6
    assert all(set(found[step]) == set(expected[step]) for step in found)
    assert set(expected) - {3} <= set(found)  # the step that it stopped in was not written
    assert_same_weights(tmp_path / 'whole', resumed)


def test_only_operations_that_repeat_their_bits_are_taken_when_asked(episodes, tmp_path):
    asked = []
    for value in ('false', 'true', 'false'):
        settings = [*SMALL, 'schedule.steps=1', f'deterministic={value}']
        run = TrainingRun(episodes, tmp_path / str(len(asked)), load_config('nano', settings))
        found = set()
        run.network.head.register_forward_pre_hook(
            lambda *_, found=found: found.add(torch.are_deterministic_algorithms_enabled())
        )
        run.fit()
        asked.append(found)
    assert asked == [{False}, {True}, {False}]


@pytest.mark.skipif(not torch.cuda.is_available(), reason='needs a GPU')
def test_a_run_on_a_gpu_is_resumed_bit_for_bit_when_deterministic(episodes, tmp_path):
    settings = [*SMALL, *LONG, 'accelerator=gpu', 'deterministic=true']
    config = load_config('nano', settings)
    TrainingRun(episodes, tmp_path / 'whole', config).fit()
    run = TrainingRun(episodes, tmp_path / 'resumed', config)
    run.stop_after(20)
    with pytest.raises(InterruptedRun):
        run.fit()
    TrainingRun(episodes, tmp_path / 'resumed', config, existing=Existing.RESUME).fit()
    assert_same_losses(tmp_path / 'whole', tmp_path / 'resumed', 20)
    assert_same_weights(tmp_path / 'whole', tmp_path / 'resumed')


def test_another_seed_gives_other_losses(whole, episodes, tmp_path):
    assert train(episodes, tmp_path, *LONG, 'schedule.steps=3', 'seed=2') == 0
    expected, found = scalars_of(whole), scalars_of(tmp_path)
    assert all(expected[step] != found[step] for step in range(3))


def test_a_state_that_cannot_be_written_leaves_the_one_before(tmp_path):
    path, disk = tmp_path / 'last.ckpt', TrainerStateFile()
    disk.save_checkpoint({'step': 1}, path)
    path.with_name('last.ckpt.part').mkdir()
    with pytest.raises(CheckpointError, match='the one before is still there'):
        disk.save_checkpoint({'step': 2}, path)
    assert load_state(path)['step'] == 1


def test_a_state_that_is_no_state_is_refused_by_name(tmp_path):
    path = tmp_path / 'last.ckpt'
    path.write_bytes(b'not a state')
    with pytest.raises(CheckpointError, match=r'last.ckpt cannot be read'):
        load_state(path)


FULL_DISK = """
import resource, signal
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
from mobile_vla_train.learning import checkpoints
import mobile_vla_train.learning.module as module
validate = module.PolicyModule.on_validation_epoch_end
def validate_then_fill_the_disk(self):
    validate(self)
    if self.global_step >= 6:
        resource.setrlimit(resource.RLIMIT_FSIZE, ({limit}, {limit}))
module.PolicyModule.on_validation_epoch_end = validate_then_fill_the_disk
"""


@pytest.fixture(scope='module')
def good(episodes, tmp_path_factory):
    """Return a shorter run for which there was room."""
    output = tmp_path_factory.mktemp('runs') / 'good'
    assert train(episodes, output, 'schedule.steps=12') == 0
    return output


@pytest.mark.parametrize(
    ('limit', 'sentence'),
    [(20_000, 'cannot write the checkpoint'), (600_000, 'cannot write the state to resume from')],
)
def test_a_full_disk_leaves_the_last_good_checkpoint_and_state(
    good, episodes, tmp_path, limit, sentence
):
    output = tmp_path / 'full'
    arguments = ('schedule.steps=12',)
    process = start(episodes, output, *arguments, before=FULL_DISK.format(limit=limit))
    _, printed = process.communicate(timeout=60)
    assert process.returncode == 1, printed
    (line,) = [line for line in printed.splitlines() if line.startswith('train: ')]
    assert sentence in line
    assert load_state(output / 'trainer_state' / 'last.ckpt')['step'] == 3
    assert all(weights_of(output, name) for name in ('best', 'last'))
    assert not list(output.rglob('*.part'))
    assert train(episodes, output, *arguments, '--resume') == 0
    assert_same_weights(good, output)


def test_a_disk_without_space_is_named_with_what_is_needed_and_training_goes_on_with_room(
    good, small_disk, episodes, tmp_path, capsys
):
    output, cache = small_disk / 'run', ('--cache', str(tmp_path / 'cache'))
    assert train(episodes, output, 'schedule.steps=12', *cache) == 1
    (line,) = [x for x in capsys.readouterr().err.splitlines() if x.startswith('train: ')]
    pattern = (
        r'cannot write the state to resume from \(no space is left on the disk: it takes '
        r'1\.5\d MB, \d+ kB are free in .*/trainer_state\); the one before is still there: .*; '
        r'make room, then train with --resume'
    )
    assert re.search(pattern, line), line
    assert load_state(output / 'trainer_state' / 'last.ckpt')['step'] == 3
    subprocess.run(['mount', '-o', 'remount,size=20m', small_disk], check=True)
    assert train(episodes, output, 'schedule.steps=12', *cache, '--resume') == 0
    assert_same_weights(good, output)
