# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""Tests for run_folder.py, rehearsal.py, divergence.py and early_end.py: what stops a run."""

import json
import shutil

from conftest import write_episode
import pytest
import torch
from training_rig import scalars_of, train, weights_of
import yaml

from mobile_vla_core.checkpoint import load_policy
from mobile_vla_train.learning.divergence import DivergenceWatch
from mobile_vla_train.train import main


@pytest.fixture(scope='module')
def run(episodes, tmp_path_factory):
    output = tmp_path_factory.mktemp('runs') / 'run'
    assert train(episodes, output, 'schedule.steps=6', 'schedule.every=1', 'log_every=1') == 0
    return output


def refusal(capsys):
    """Return the one sentence that was printed."""
    (line,) = [x for x in capsys.readouterr().err.splitlines() if x.startswith('train: ')]
    return line


def test_a_run_is_never_trained_over_without_being_asked(run, episodes, capsys):
    before, look = weights_of(run), (run / 'preflight' / 'preflight.json').stat().st_mtime_ns
    assert train(episodes, run, 'schedule.steps=3') == 1
    assert 'already holds a run: --resume goes on with it, --overwrite trains' in refusal(capsys)
    assert all(torch.equal(before[name], tensor) for name, tensor in weights_of(run).items())
    assert (run / 'preflight' / 'preflight.json').stat().st_mtime_ns == look


def test_another_configuration_is_not_resumed_and_the_keys_are_named(run, episodes, capsys):
    changed = ('schedule.steps=9', 'optimiser.learning_rate=0.1', 'schedule.every=5')
    assert train(episodes, run, *changed, '--resume') == 1
    line = refusal(capsys)
    assert 'optimiser.learning_rate (0.0015 in the run, 0.1 now)' in line
    assert 'schedule.steps (6 in the run, 9 now)' in line
    assert 'schedule.every' not in line  # when to save decides nothing


def test_deepspeed_has_nothing_that_could_be_resumed(run, episodes, capsys):
    settings = ('optimiser.average_decay=0', 'optimiser.gradient_clip=0', 'accelerator=gpu')
    assert train(episodes, run, *settings, 'strategy=deepspeed_stage_2', '--resume') == 1
    assert 'leaves no state that a run could go on from' in refusal(capsys)


def test_a_finished_run_has_nothing_to_resume(run, episodes, capsys):
    assert train(episodes, run, 'schedule.steps=6', '--resume') == 1
    assert 'has taken all its 6 steps: there is nothing to resume' in refusal(capsys)


def test_overwriting_leaves_nothing_of_the_run_before(episodes, tmp_path):
    assert train(episodes, tmp_path, 'schedule.steps=3', 'schedule.every=1') == 0
    assert (tmp_path / 'checkpoints' / 'step_00000002').exists()
    assert train(episodes, tmp_path, 'schedule.steps=1', '--overwrite') == 0
    assert not (tmp_path / 'checkpoints' / 'step_00000002').exists()
    metrics = json.loads((tmp_path / 'checkpoints' / 'best' / 'metrics.json').read_text())
    assert metrics['step'] == 1


def test_overwriting_splits_anew_where_the_data_changed_and_says_so(tmp_path, capsys):
    data, output = tmp_path / 'data', tmp_path / 'run'
    for number in range(4):
        write_episode(data, number)
    assert train(data, output, 'schedule.steps=1') == 0
    write_episode(data, 4)
    assert train(data, output, 'schedule.steps=1') == 1
    assert 'already holds a run' in refusal(capsys)
    assert train(data, output, 'schedule.steps=1', '--overwrite') == 0
    assert 'the episodes are no longer those of split.yaml' in capsys.readouterr().out
    split = yaml.safe_load((output / 'split.yaml').read_text())
    assert len(split['train'] + split['validation']) == 5


def contents(folder):
    """Return every file with the time of its last change."""
    return {path: path.stat().st_mtime_ns for path in folder.rglob('*')}


def test_a_refused_run_leaves_cache_and_split_of_the_run_before(run, episodes, tmp_path, capsys):
    write_episode(tmp_path, 0)
    write_episode(tmp_path, 1)
    before = contents(run)
    assert train(tmp_path, run, 'schedule.steps=1', '--check') == 1
    assert 'splits 10 episodes, the data folder holds 2' in refusal(capsys)
    assert train(episodes, run, 'schedule.steps=6', '--resume', 'data.height=48') == 1
    assert 'data.height (24 in the run, 48 now)' in refusal(capsys)
    assert contents(run) == before


@pytest.mark.parametrize(
    'arguments',
    [('--resume',), ('policy.architecture=giant',), ('data.step_period=0.05',)],
)
def test_a_refused_run_makes_no_folder_and_decodes_nothing(arguments, episodes, tmp_path, capsys):
    assert train(episodes, tmp_path / 'new' / 'run', *arguments) == 1
    assert 'decoding' not in capsys.readouterr().out
    assert list(tmp_path.iterdir()) == []


def test_checkpoints_between_validations_are_kept_in_number(run):
    names = {path.name for path in (run / 'checkpoints').iterdir()}
    assert names == {'best', 'last', 'step_00000004', 'step_00000005'}
    assert load_policy(run / 'checkpoints' / 'step_00000004').card.architecture == 'nano'


@pytest.mark.parametrize('output', ['/proc/run', __file__])
def test_an_output_that_cannot_be_written_is_refused(output, episodes, capsys):
    assert train(episodes, output) == 1
    assert f'cannot write into {output}' in refusal(capsys)


def test_missing_weights_are_one_sentence(episodes, tmp_path, capsys):
    arguments = ('--config', 'kosmos2_tiny', 'data.height=56', 'data.width=56')
    command = ['--data', str(episodes), '--output', str(tmp_path), *arguments]
    absent = tmp_path / 'weights'
    assert main([*command, f'policy.pretrained={absent}']) == 1
    assert str(absent) in refusal(capsys)


def test_a_loss_that_is_no_number_stops_the_run_and_names_the_batch(episodes, tmp_path, capsys):
    wild = ('schedule.steps=40', 'optimiser.learning_rate=1e30', 'optimiser.gradient_clip=0')
    assert train(episodes, tmp_path, *wild) == 1
    line = refusal(capsys)
    assert 'is no longer a number at step ' in line
    assert 'episode_20250101_' in line
    assert 'lower optimiser.learning_rate' in line
    for path in (tmp_path / 'checkpoints').glob('*'):
        weights = weights_of(tmp_path, path.name)
        assert all(tensor.isfinite().all() for tensor in weights.values())


def test_the_watch_remembers_the_first_bad_step():
    watch = DivergenceWatch()
    good, bad = torch.tensor(1.0), torch.tensor(float('nan'))
    watch.observe(0, good, good)
    assert watch.first_bad_step() is None
    watch.observe(7, good, bad)
    watch.observe(8, bad, good)
    assert watch.first_bad_step() == 7


def test_gradients_are_really_clipped(episodes, tmp_path, monkeypatch):
    """The norm is measured at the optimiser, after everything that could have undone it."""
    norms = []
    step = torch.optim.AdamW.step

    def measure(optimiser, closure):
        def then_measure():
            loss = closure()
            gradients = [p.grad for group in optimiser.param_groups for p in group['params']]
            norms.append(torch.nn.utils.get_total_norm(gradients).item())
            return loss

        return step(optimiser, then_measure)

    monkeypatch.setattr(torch.optim.AdamW, 'step', measure)
    clip = 0.05
    settings = ('schedule.steps=6', 'log_every=1', f'optimiser.gradient_clip={clip}')
    assert train(episodes, tmp_path, *settings) == 0
    before = [values[0] for values in scalars_of(tmp_path, 'train/gradient_norm').values()]
    assert len(norms) == len(before) == 6
    assert min(before) > clip
    assert max(norms) <= clip * (1 + 1e-5)


def test_patience_ends_a_run_that_no_longer_improves(episodes, tmp_path, capsys):
    settings = ('schedule.steps=60', 'schedule.epoch_steps=1', 'schedule.patience=2')
    assert train(episodes, tmp_path, *settings, 'optimiser.learning_rate=1e-30') == 0
    metrics = json.loads((tmp_path / 'checkpoints' / 'last' / 'metrics.json').read_text())
    assert metrics['step'] == 3  # one that is the lowest so far, two that are not lower


def test_a_rehearsal_tries_every_part_and_leaves_nothing(episodes, tmp_path, capsys):
    output = tmp_path / 'run'
    assert train(episodes, output, 'schedule.steps=100000', '--test') == 0
    printed = capsys.readouterr().out
    assert 'Preflight: 6 episodes' in printed
    assert '3 steps, a validation and the checkpoints' in printed
    assert 'resumed to the last step' in printed
    assert 'served the checkpoint: 8 actions' in printed
    assert not output.exists()


def test_a_rehearsal_keeps_frames_where_the_run_would_and_leaves_what_is_there(
    run, episodes, tmp_path
):
    cache = tmp_path / 'cache'
    shutil.copytree(run / 'cache', cache)
    before = contents(cache)
    wrong = tmp_path / 'file'
    wrong.touch()
    assert train(episodes, tmp_path / 'other', '--test', '--cache', str(wrong / 'cache')) == 1
    assert train(episodes, tmp_path / 'other', '--test', '--cache', str(cache)) == 0
    assert contents(cache) == before


def test_a_rehearsal_that_was_killed_is_no_run_to_be_kept(run, episodes, tmp_path):
    shutil.copytree(run, tmp_path / '.rehearsal')
    assert train(episodes, tmp_path, '--test') == 0
    assert not list(tmp_path.iterdir())


def test_a_rehearsal_stops_at_what_the_preflight_finds(tmp_path, capsys):
    for number in range(4):
        write_episode(tmp_path / 'data', number, speed=0.0)
    assert train(tmp_path / 'data', tmp_path / 'run', '--test') == 1
    assert 'commands: every velocity is zero' in refusal(capsys)


def test_a_rehearsal_tells_what_the_run_would_have_stumbled_over(episodes, tmp_path, capsys):
    wild = ('optimiser.learning_rate=1e30', 'optimiser.gradient_clip=0', '--test')
    assert train(episodes, tmp_path, *wild) == 1
    assert 'is no longer a number' in refusal(capsys)


def test_the_weights_of_frames_reach_the_loss(run, episodes, tmp_path):
    settings = ('schedule.steps=6', 'schedule.every=1', 'log_every=1')
    assert train(episodes, tmp_path, *settings, 'data.idle_weight=0.1') == 0
    assert scalars_of(tmp_path)[0] != scalars_of(run)[0]
