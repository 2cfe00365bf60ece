# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""Tests for evaluate.py and the room evaluation: the whole command on a trained checkpoint."""

import base64
import json
import re
import shutil

import cv2
import numpy as np
import pytest
import torch
from training_rig import train
import yaml

from mobile_vla_core.policies.streaming import StreamingPolicy
from mobile_vla_train.evaluate import main


@pytest.fixture(scope='module')
def run(episodes, tmp_path_factory):
    output = tmp_path_factory.mktemp('runs') / 'run'
    assert train(episodes, output, 'schedule.steps=60', 'schedule.epoch_steps=60') == 0
    return output


def evaluate(checkpoint, data, output, *arguments):
    paths = ('--checkpoint', checkpoint, '--data', data, '--output', output)
    return main([str(argument) for argument in (*paths, *arguments)])


def metrics_of(folder):
    return json.loads((folder / 'metrics.json').read_text())


@pytest.fixture(scope='module')
def evaluated(run, episodes, tmp_path_factory):
    output = tmp_path_factory.mktemp('evaluated')
    assert evaluate(run / 'checkpoints' / 'best', episodes, output) == 0
    return output


def test_the_headline_is_of_episodes_that_were_not_trained_on(evaluated, run):
    metrics, split = metrics_of(evaluated), yaml.safe_load((run / 'split.yaml').read_text())
    assert metrics['data']['scored'] == split['validation']
    assert metrics['data']['trained_on'] == split['train']
    assert metrics['validation']['episodes'] == 1
    assert metrics['on_training_episodes']['episodes'] == 9
    assert metrics['data']['provenance'].startswith('1 episodes were not trained on')


def test_serving_frame_by_frame_gives_the_figures_of_the_training_run(evaluated, run):
    served = metrics_of(evaluated)['validation']
    trained = metrics_of(run / 'checkpoints' / 'best')['validation']
    for name in ('constant_mean', 'repeat_last', 'nearest_in_time'):
        assert served['next'][name] == pytest.approx(trained['next'][name], abs=1e-6)
    policy = [figures['next']['policy'] for figures in (served, trained)]
    assert policy[0]['action_type_accuracy'] == policy[1]['action_type_accuracy']
    assert policy[0]['mae_linear_x'] == pytest.approx(policy[1]['mae_linear_x'], abs=0.02)
    ours, theirs = served['instruction_swap'], trained['instruction_swap']
    assert ours['follows'] == theirs['follows']
    equal = metrics_of(evaluated)['serving_equals_batch']
    assert equal['equal']
    assert equal['largest_difference'] < 1e-4


def test_a_policy_that_serves_otherwise_than_it_was_trained_is_refused(
    run, episodes, tmp_path, monkeypatch, capsys
):
    observe = StreamingPolicy.observe

    def mirrored(policy, frame, stamp):
        observe(policy, np.ascontiguousarray(frame[:, ::-1]), stamp)

    monkeypatch.setattr(StreamingPolicy, 'observe', mirrored)
    assert evaluate(run / 'checkpoints' / 'best', episodes, tmp_path, '--held-out') == 2
    assert 'do not drive with this checkpoint' in capsys.readouterr().err
    assert not metrics_of(tmp_path)['serving_equals_batch']['equal']
    assert 'does NOT give what training computes' in (tmp_path / 'report.html').read_text()


def test_the_report_is_one_file_with_readable_pictures(evaluated):
    html = (evaluated / 'report.html').read_text()
    sources = re.findall(r'src="([^"]*)"', html)
    assert len(sources) == 5  # errors, swap, confusion, and two of the one scored episode
    for source in sources:
        data = base64.b64decode(source.removeprefix('data:image/png;base64,'))
        assert cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR).shape[0] > 50
    assert 'http' not in html
    assert html.index('moved nothing') < html.index('<table>')
    for text in ('nearest in time', 'In words', 'box_', 'Only 1 episodes were scored'):
        assert text in html


def test_latency_is_measured_for_every_frame_after_the_first(evaluated):
    latency = metrics_of(evaluated)['latency']
    assert latency['frames'] == 10 * 19
    assert 0.0 < latency['p50_ms'] <= latency['p95_ms'] <= latency['max_ms']


def test_held_out_leaves_out_what_was_trained_on(run, episodes, tmp_path):
    assert evaluate(run / 'checkpoints' / 'best', episodes, tmp_path, '--held-out') == 0
    metrics = metrics_of(tmp_path)
    assert metrics['latency']['frames'] == 19
    assert 'on_training_episodes' not in metrics


def test_scoring_on_training_data_alone_is_said_or_refused(run, episodes, tmp_path, capsys):
    data = tmp_path / 'data'
    data.mkdir()
    for name in yaml.safe_load((run / 'split.yaml').read_text())['train'][:2]:
        shutil.copy(episodes / name, data / name)
    best = run / 'checkpoints' / 'best'
    assert evaluate(best, data, tmp_path / 'all') == 0
    assert 'this is a memory test' in capsys.readouterr().out
    assert evaluate(best, data, tmp_path / 'held_out', '--held-out') == 1
    assert 'was trained on all 2 episodes' in capsys.readouterr().err


def test_a_checkpoint_that_does_not_say_what_it_saw_is_not_trusted(run, episodes, tmp_path):
    copy = shutil.copytree(run / 'checkpoints' / 'best', tmp_path / 'copy')
    (copy / 'metrics.json').write_text('{}')
    assert evaluate(copy, episodes, tmp_path / 'out') == 0
    metrics = metrics_of(tmp_path / 'out')
    assert 'figures are NOT of new episodes' in metrics['data']['provenance']
    assert metrics['validation']['episodes'] == 10
    other = tmp_path / 'other'
    other.mkdir()
    for path in sorted(episodes.glob('*.h5'))[:3]:
        shutil.copy(path, other / path.name)
    assert evaluate(copy, other, tmp_path / 'out') == 0
    assert 'is unknown' in metrics_of(tmp_path / 'out')['data']['provenance']


def test_an_older_checkpoint_is_known_by_the_split_of_its_run(run, episodes, tmp_path):
    copy = shutil.copytree(run, tmp_path / 'run', ignore=shutil.ignore_patterns('cache'))
    (copy / 'checkpoints' / 'best' / 'metrics.json').write_text('{}')
    assert evaluate(copy / 'checkpoints' / 'best', episodes, tmp_path / 'out', '--held-out') == 0
    assert metrics_of(tmp_path / 'out')['validation']['episodes'] == 1


def test_what_is_wrong_is_one_sentence(run, episodes, tmp_path, capsys):
    for checkpoint, data, message in (
        (tmp_path / 'absent', episodes, 'is not a folder'),
        (run / 'checkpoints' / 'best', tmp_path, 'holds no episode'),
    ):
        assert evaluate(checkpoint, data, tmp_path / 'out') == 1
        (line,) = capsys.readouterr().err.strip().splitlines()
        assert line.startswith('evaluate: ')
        assert message in line


def test_float32_is_not_rounded_to_tf32_when_serving_is_compared_with_a_batch(
    run, episodes, tmp_path
):
    torch.backends.cudnn.allow_tf32 = True  # as it is by itself
    torch.set_float32_matmul_precision('high')
    assert evaluate(run / 'checkpoints' / 'best', episodes, tmp_path, '--held-out') == 0
    assert not torch.backends.cudnn.allow_tf32
    assert torch.get_float32_matmul_precision() == 'highest'


@pytest.mark.skipif(not torch.cuda.is_available(), reason='needs a GPU')
def test_serving_on_a_gpu_equals_a_batch(run, episodes, tmp_path):
    arguments = ('--held-out', '--device', 'cuda')
    assert evaluate(run / 'checkpoints' / 'best', episodes, tmp_path, *arguments) == 0
    assert metrics_of(tmp_path)['serving_equals_batch']['equal']
