# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""Tests for train.py, run.py, checkpoints.py and progress.py: the whole command."""

import json
import shutil

from conftest import HEIGHT, WIDTH, write_episode
import numpy as np
import pytest
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
import torch
from training_rig import scalars_of, SMALL, train, weights_of
import yaml

from mobile_vla_core.checkpoint import load_policy
from mobile_vla_core.episodes.folder import find_episodes
from mobile_vla_core.episodes.reader import Episode
from mobile_vla_train.config_file import load_config
from mobile_vla_train.learning.optimiser import learning_rate_factor
from mobile_vla_train.run import TrainingRun
from mobile_vla_train.sections import OptimiserConfig
from mobile_vla_train.train import main


@pytest.fixture(scope='module')
def run(episodes, tmp_path_factory):
    output = tmp_path_factory.mktemp('runs') / 'run'
    assert train(episodes, output, 'schedule.steps=6') == 0
    return output


@pytest.fixture(scope='module')
def learnt(episodes, tmp_path_factory):
    output = tmp_path_factory.mktemp('runs') / 'learnt'
    settings = ('schedule.steps=120', 'schedule.epoch_steps=60', 'validation.figures=true')
    assert train(episodes, output, *settings) == 0
    return output


def test_a_run_leaves_best_and_last_split_config_and_tensorboard(run):
    for name in ('best', 'last'):
        assert load_policy(run / 'checkpoints' / name).card.architecture == 'nano'
    split = yaml.safe_load((run / 'split.yaml').read_text())
    assert (len(split['train']), len(split['validation'])) == (9, 1)
    assert yaml.safe_load((run / 'config.yaml').read_text())['schedule']['steps'] == 6
    assert list((run / 'tensorboard').glob('events.*'))


def test_the_card_says_what_the_policy_was_trained_for(run, episodes):
    card = load_policy(run / 'checkpoints' / 'best').card
    assert card.step_period == 0.1
    assert (card.preprocessing.height, card.preprocessing.width) == (HEIGHT, WIDTH)
    assert card.cameras == ['front']
    assert card.instructions == ['pass the post on the left', 'pass the post on the right']
    assert len(card.data_fingerprint) == 64
    low, high = np.array(card.codec.limits).T
    actions = np.concatenate([Episode(path).actions for path in find_episodes(episodes)])
    assert (low <= actions[:, :3].min(axis=0) + 0.02).all()
    assert high[0] == np.float32(0.5)


def test_metrics_stand_beside_their_baselines_in_the_checkpoint(run):
    metrics = json.loads((run / 'checkpoints' / 'last' / 'metrics.json').read_text())
    assert metrics['step'] == 6
    candidates = {'policy', 'constant_mean', 'repeat_last', 'nearest_in_time'}
    assert set(metrics['validation']['next']) == candidates
    assert metrics['validation']['instruction_swap']['episodes'] == 1


def test_the_best_checkpoint_has_the_lowest_validation_loss(run):
    losses = [
        json.loads((run / 'checkpoints' / name / 'metrics.json').read_text())['validation_loss']
        for name in ('best', 'last')
    ]
    assert losses[0] <= losses[1]


def test_the_best_and_the_last_validation_are_drawn_in_the_run_and_in_tensorboard(learnt):
    names = ['commands', 'confusion', 'errors', 'instruction_swap']
    for kind in ('best', 'last'):
        drawn = sorted((learnt / 'validation' / kind).iterdir())
        assert [path.stem for path in drawn] == names
        assert all(path.read_bytes().startswith(b'\x89PNG') for path in drawn)
    events = EventAccumulator(str(learnt / 'tensorboard'))
    events.Reload()
    assert {f'best/{name}' for name in names} <= set(events.Tags()['images'])


def test_pictures_are_left_out_when_asked(run):
    assert not (run / 'validation').exists()


def test_tensorboard_holds_losses_and_validation_by_step(learnt):
    events = EventAccumulator(str(learnt / 'tensorboard'))
    events.Reload()
    losses = events.Scalars('train/loss')
    assert [event.step for event in losses] == [19, 39, 59, 79, 99, 119]
    assert losses[-1].value < losses[0].value
    assert len(events.Scalars('validation/mae_linear_y')) == 2
    assert len(events.Scalars('validation/swap_mean_linear_y')) == 2
    metrics = json.loads((learnt / 'checkpoints' / 'last' / 'metrics.json').read_text())
    validation = metrics['validation']
    (scenario,) = validation['per_scenario']
    name = f'validation/scenario/{scenario}/mae_linear_x'
    last = validation['per_scenario'][scenario]['policy']['mae_linear_x']
    assert events.Scalars(name)[-1].value == pytest.approx(last)
    row = validation['confusion']['movement']
    assert events.Scalars('validation/right/movement')[-1].value == pytest.approx(
        row[0] / sum(row)
    )
    assert 'validation/right/special' not in events.Tags()['scalars']  # was never recorded


@pytest.mark.parametrize('accumulate', [1, 2])
def test_the_learning_rate_of_every_step_follows_its_schedule(accumulate, episodes, tmp_path):
    config = OptimiserConfig(warmup_steps=3, final_learning_rate=0.1, learning_rate=0.002)
    settings = (
        *('schedule.steps=8', 'schedule.epoch_steps=4', 'log_every=1'),
        *('optimiser.warmup_steps=3', 'optimiser.final_learning_rate=0.1'),
        *('optimiser.learning_rate=0.002', 'optimiser.backbone_learning_rate=0.001'),
        f'optimiser.accumulate={accumulate}',
    )
    assert train(episodes, tmp_path, *settings) == 0
    factors = [learning_rate_factor(step, 8, config) for step in range(8)]
    for name, rate in (('learning_rate', 0.002), ('backbone_learning_rate', 0.001)):
        logged = scalars_of(tmp_path, f'train/{name}')
        assert sorted(logged) == list(range(8))
        assert [logged[step][0] for step in range(8)] == pytest.approx(
            [rate * factor for factor in factors]
        )


def test_training_learns_to_follow_the_recorded_side(learnt):
    metrics = json.loads((learnt / 'checkpoints' / 'best' / 'metrics.json').read_text())
    scores = metrics['validation']['next']
    assert scores['policy']['mae_linear_y'] < 0.5 * scores['constant_mean']['mae_linear_y']
    assert metrics['validation']['instruction_swap']['mean_linear_y'] > 0.05
    assert metrics['validation']['instruction_swap']['follows'] == 1.0


def test_without_a_terminal_an_epoch_is_one_line_and_the_end_a_table(run, episodes, capsys):
    assert train(episodes, run.with_name('printed'), 'schedule.steps=6') == 0
    printed = capsys.readouterr()
    assert printed.err.count('\n') == 2
    assert 'step 6/6: validation loss' in printed.err
    assert 'constant mean' in printed.out


def test_the_same_seed_gives_the_same_policy_and_another_does_not(run, episodes, tmp_path):
    assert train(episodes, tmp_path / 'same', 'schedule.steps=6') == 0
    assert train(episodes, tmp_path / 'other', 'schedule.steps=6', 'seed=2') == 0
    first, same, other = (weights_of(p) for p in (run, tmp_path / 'same', tmp_path / 'other'))
    assert all(torch.equal(first[name], same[name]) for name in first)
    assert not all(torch.equal(first[name], other[name]) for name in first)


def test_steps_that_are_no_multiple_of_an_epoch_end_with_a_validation(episodes, tmp_path):
    assert train(episodes, tmp_path, 'schedule.steps=5') == 0
    metrics = json.loads((tmp_path / 'checkpoints' / 'last' / 'metrics.json').read_text())
    assert metrics['step'] == 5


def test_two_halves_of_a_batch_added_up_teach_what_the_whole_does(episodes, tmp_path):
    settings = (
        *('schedule.steps=3', 'optimiser.average_decay=0', 'policy.network.dropout=0'),
        'policy.network.chunk=1',  # no action is past an end: both halves count alike
        *(f'augmentation.{name}=0' for name in ('mirror', 'gain', 'brightness', 'tint', 'shift')),
    )
    assert train(episodes, tmp_path / 'whole', *settings) == 0
    halves = ('data.clips_per_batch=2', 'optimiser.accumulate=2')
    assert train(episodes, tmp_path / 'halves', *settings, *halves) == 0
    assert train(episodes, tmp_path / 'half', *settings, halves[0]) == 0
    whole, added, half = (weights_of(tmp_path / name) for name in ('whole', 'halves', 'half'))
    far = max((added[name] - whole[name]).abs().max() for name in whole)
    assert far < 2e-5 < max((half[name] - whole[name]).abs().max() for name in whole) / 10


def test_validation_encodes_no_more_frames_at_once_than_a_clip_has(tmp_path):
    for number in range(4):
        write_episode(tmp_path / 'data', number, steps=43)
    run = TrainingRun(
        tmp_path / 'data', tmp_path / 'run', load_config('nano', [*SMALL, 'schedule.steps=3'])
    )
    encoded = []
    run.module.kept_network().parts()['vision'].register_forward_pre_hook(
        lambda _, arguments: encoded.append(len(arguments[0]))
    )
    metrics = run.fit()
    assert metrics['validation']['frames'] == 43
    assert sum(encoded) == 2 * 43  # under the instruction, and under the swapped one
    assert max(encoded) <= 8


def test_a_split_is_kept_from_run_to_run(run, episodes):
    before = (run / 'split.yaml').read_text()
    assert train(episodes, run, 'schedule.steps=1', 'seed=99', '--overwrite') == 0
    assert (run / 'split.yaml').read_text() == before


def test_ros_arguments_are_ignored(episodes, tmp_path):
    arguments = ('--ros-args', '-r', '__node:=train', '-p', 'use_sim_time:=true')
    assert train(episodes, tmp_path, 'schedule.steps=1', *arguments) == 0


def fails_with(capsys, *arguments):
    """Run the command, expect failure, and return its one sentence."""
    assert main([str(argument) for argument in arguments]) == 1
    lines = capsys.readouterr().err.strip().splitlines()
    assert len(lines) == 1
    assert lines[0].startswith('train: ')
    return lines[0]


@pytest.mark.parametrize(
    ('arguments', 'message'),
    [
        (['schedule.step=3'], 'did you mean "schedule.steps"'),
        (['--config', 'absent.yaml'], 'neither a readable file'),
        (['policy.architecture=giant'], 'architecture "giant" is unknown'),
        (['policy.network.colour=1'], 'nano has no setting colour: expected window, chunk'),
        (['policy.network.windw=1'], 'nano has no setting windw: did you mean "window"'),
        (['data.step_period=0.05'], 'has a frame every 0.100 s, expected one every 0.050 s'),
        (['--resume'], 'there is nothing to resume'),
    ],
)
def test_wrong_arguments_are_one_sentence(capsys, episodes, tmp_path, arguments, message):
    assert message in fails_with(
        capsys, '--data', episodes, '--output', tmp_path, *SMALL, *arguments
    )


def test_missing_and_empty_folders_are_one_sentence(capsys, tmp_path):
    output = tmp_path / 'run'
    assert 'is not a folder' in fails_with(
        capsys, '--data', tmp_path / 'absent', '--output', output
    )
    (tmp_path / 'empty').mkdir()
    assert 'holds no episode' in fails_with(
        capsys, '--data', tmp_path / 'empty', '--output', output
    )
    assert not output.exists()


def test_bad_episodes_are_one_sentence_that_names_them(capsys, tmp_path):
    data = tmp_path / 'data'
    first = write_episode(data, 0)
    assert 'cannot be split' in fails_with(capsys, '--data', data, '--output', tmp_path / 'run')
    broken = first.with_name('episode_broken.h5')
    broken.write_bytes(first.read_bytes()[:2000])
    assert 'episode_broken.h5' in fails_with(capsys, '--data', data, '--output', tmp_path / 'run')


def test_the_cache_may_be_shared_by_runs(run, episodes, tmp_path):
    shutil.copytree(run / 'cache', tmp_path / 'cache')
    (frames,) = (tmp_path / 'cache').glob('*/frames.raw')
    built = frames.stat().st_mtime_ns
    assert (
        train(episodes, tmp_path / 'run', 'schedule.steps=1', '--cache', str(tmp_path / 'cache'))
        == 0
    )
    assert frames.stat().st_mtime_ns == built
    assert not (tmp_path / 'run' / 'cache').exists()
