# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""Tests for preflight.py, overfit.py and sample_sheet.py on recorded episodes."""

import copy
from dataclasses import replace
import json

from conftest import write_episode
import cv2
import h5py
import numpy as np
import pytest
import torch
from training_rig import train

from mobile_vla_core.action_space import ActionCodec
from mobile_vla_core.episodes.folder import find_episodes
from mobile_vla_core.episodes.reader import Episode
from mobile_vla_core.episodes.split import make_split
from mobile_vla_core.images import Preprocessing
from mobile_vla_core.policies.architecture import build_network
from mobile_vla_train.config import TrainConfig
from mobile_vla_train.data.cache import open_cache
from mobile_vla_train.preflight.finding import Finding, Level
from mobile_vla_train.preflight.overfit import overfit_batch
from mobile_vla_train.preflight.preflight import Preflight, PreflightError
from mobile_vla_train.preflight.sample_sheet import (
    draw_samples,
    LEGEND,
    LINE,
    Sample,
    written_tokens,
)
from mobile_vla_train.sections import DataConfig, OptimiserConfig, PreflightConfig

HEIGHT, WIDTH = 24, 32
NETWORK = {
    'height': HEIGHT,
    'width': WIDTH,
    'channels': [4, 8, 8, 8],
    'feature_dim': 32,
    'hidden_dim': 32,
}
CONFIG = TrainConfig(
    data=DataConfig(height=HEIGHT, width=WIDTH, clip_length=8, clips_per_batch=4),
    optimiser=OptimiserConfig(learning_rate=3e-3),
)


@pytest.fixture
def network():
    torch.manual_seed(0)
    return build_network('nano', NETWORK)


@pytest.fixture
def preflight(episodes, network, tmp_path):
    paths = find_episodes(episodes)
    cache = open_cache(tmp_path / 'cache', paths, Preprocessing(HEIGHT, WIDTH))
    split = make_split({e.name: e.scenario for e in cache.episodes}, 0.2, seed=1)
    codec = ActionCodec.from_actions(cache.actions)
    return Preflight(CONFIG, paths, cache, split, codec, network, tmp_path / 'run')


def test_good_episodes_pass_and_leave_a_report_and_a_picture(preflight, tmp_path):
    report = preflight.look()
    assert {f.check for f in report.findings} <= {'pictures'}  # the post moves by half a pixel
    report.check()
    content = json.loads((tmp_path / 'run' / 'preflight' / 'preflight.json').read_text())
    assert content['data']['frames'] == 200
    assert content['data']['sides'] == {'left': 5, 'right': 5, 'none': 0}
    assert content['parameters']['all']['trained'] == content['parameters']['all']['total']
    assert content['instruction_probe']['change'] > 1e-3
    picture = cv2.imread(str(tmp_path / 'run' / 'preflight' / 'samples.png'))
    assert picture.shape[1] == 5 * 320


def test_the_printed_report_has_data_parameters_memory_and_probe(preflight):
    text = replace(preflight.look(), findings=[]).format()
    for part in ('10 episodes, 200 frames', 'linear_y', 'trained', 'memory: about'):
        assert part in text
    assert text.endswith('nothing found')
    assert '"pass the post on the left" to "pass the post on the right"' in ' '.join(text.split())
    assert max(len(line) for line in text.splitlines()) <= 79


def test_an_error_stops_the_run_and_says_how_to_go_on_all_the_same(preflight):
    bad = replace(preflight.look(), findings=[Finding(Level.ERROR, 'sides', 'all wrong')])
    with pytest.raises(PreflightError, match=r'sides: all wrong \(preflight.stop=false') as caught:
        bad.check()
    assert '1 error(s)' in str(caught.value)
    assert 'error: sides: all wrong' in bad.format()


def test_the_overfit_test_passes_for_a_network_that_can_learn(preflight):
    *_, finding = preflight.look(overfit=True).findings
    assert finding.level is Level.NOTE
    assert 'the network can learn' in finding.text


def test_the_overfit_test_says_when_the_loss_stays(preflight, network):
    network.requires_grad_(False)
    network.head.velocity.bias.requires_grad_(True)
    batch = preflight._clips[0]
    config = replace(CONFIG, preflight=PreflightConfig(overfit_steps=5))
    result = overfit_batch(network, batch, config, 5)
    assert len(result.losses) == 6
    (finding,) = result.findings()
    assert finding.level is Level.ERROR
    assert '5 steps on one batch bring the loss only from' in finding.text


def test_the_overfit_test_ends_when_the_loss_is_no_number(preflight, network):
    with torch.no_grad():
        network.head.velocity.bias.fill_(float('nan'))
    (finding,) = overfit_batch(network, preflight._clips[0], CONFIG, 5).findings()
    assert 'became nan after 0 steps' in finding.text


@pytest.mark.parametrize('precision', ['bf16-mixed', 'bf16-true'])
def test_the_overfit_test_computes_in_the_format_of_training(precision, preflight, network):
    losses = {}
    for name in ('32-true', precision):
        config = replace(CONFIG, precision=name)
        result = overfit_batch(copy.deepcopy(network), preflight._clips[0], config, 60)
        losses[name] = result.losses
        assert result.findings()[0].level is Level.NOTE
    exact, rounded = losses['32-true'][0], losses[precision][0]
    assert 0.0 < abs(rounded - exact) < 0.01 * exact


@pytest.mark.skipif(not torch.cuda.is_available(), reason='needs a GPU')
def test_the_overfit_test_runs_where_training_will(preflight, network):
    torch.cuda.reset_peak_memory_stats()
    config = replace(CONFIG, accelerator='gpu')
    (finding,) = overfit_batch(network, preflight._clips[0], config, 60).findings()
    assert finding.level is Level.NOTE
    assert torch.cuda.max_memory_allocated() > 0
    assert next(network.parameters()).device.type == 'cpu'


def test_commands_to_the_left_are_drawn_to_the_left():
    actions = np.zeros((8, 4), np.float32)
    actions[:, 1] = 0.5
    grey = np.full((HEIGHT, WIDTH, 3), 128, np.uint8)
    sheet = draw_samples([Sample(grey, 'go left', '1 2', actions)], 0.1)
    yellow = np.argwhere((sheet[:240, :320].astype(int) - 128)[..., 0] > 60)
    drawn = [column for row, column in yellow if row > 150 and 10 < column < 310]
    assert min(drawn) < 120
    assert max(drawn) < 175


def test_tokens_are_written_word_by_word(network):
    left = network.tokenize(['left'])[0, 0].item()
    assert written_tokens(network, 'go left').endswith(f' left:{left}')
    assert '왼쪽으로:' in written_tokens(network, '상자 왼쪽으로')


def test_train_check_tells_what_it_saw_and_trains_nothing(episodes, tmp_path, capsys):
    assert train(episodes, tmp_path, '--check') == 0
    printed = capsys.readouterr().out
    assert 'Preflight: 10 episodes, 200 frames' in printed
    assert not (tmp_path / 'checkpoints').exists()
    assert train(episodes, tmp_path, '--overfit', 'optimiser.learning_rate=3e-3') == 0
    assert 'the network can learn' in ' '.join(capsys.readouterr().out.split())


@pytest.mark.parametrize(
    ('settings', 'message'),
    [
        (('policy.network.window=21', 'data.clip_length=32'), 'the window of 21 frames is longer'),
        (('data.clip_length=7',), 'data.clip_length=7 is shorter than the window of 8 frames'),
    ],
)
def test_what_training_would_refuse_is_an_error_of_the_check(
    settings, message, episodes, tmp_path, capsys
):
    assert train(episodes, tmp_path, *settings, '--check') == 1
    assert f'error: length: {message}' in ' '.join(capsys.readouterr().out.split())
    assert train(episodes, tmp_path, *settings, 'preflight.stop=false') == 1
    assert f'train: {message}' in capsys.readouterr().err
    assert not (tmp_path / 'checkpoints').exists()


def test_a_clip_longer_than_every_episode_is_only_worth_a_warning(episodes, tmp_path, capsys):
    assert train(episodes, tmp_path, 'data.clip_length=32', '--check') == 0
    printed = ' '.join(capsys.readouterr().out.split())
    assert 'warning: length: data.clip_length is 32, longer than every episode (20' in printed


@pytest.fixture
def mislabelled(tmp_path):
    """Return episodes of which every one drives to the other side than it says."""
    for number in range(6):
        path = write_episode(tmp_path / 'data', number, scenario='box_left', steps=40, detour=True)
        with Episode(path) as episode:
            text = episode.instruction.replace('left', 'right')
        with h5py.File(path, 'r+') as file:
            file.attrs['instruction'] = text
    return tmp_path / 'data'


def test_an_error_stops_training_before_the_first_step_unless_told_otherwise(
    mislabelled, tmp_path, capsys
):
    output = tmp_path / 'run'
    assert train(mislabelled, output, '--check') == 1
    assert 'error: sides: 6 of 6 episodes' in ' '.join(capsys.readouterr().out.split())
    assert train(mislabelled, output, 'schedule.steps=1') == 1
    message = capsys.readouterr().err.strip().splitlines()[-1]
    assert message.startswith('train: preflight stops the run with 1 error(s): sides: 6 of 6')
    assert not (output / 'checkpoints').exists()
    assert train(mislabelled, output, 'schedule.steps=1', 'preflight.stop=false') == 0


def test_the_preflight_does_not_change_what_is_trained(preflight, network):
    torch.manual_seed(5)
    before = {name: value.clone() for name, value in network.state_dict().items()}
    expected = torch.rand(3)
    torch.manual_seed(5)
    preflight.look()
    assert torch.equal(torch.rand(3), expected)
    assert all(torch.equal(before[name], value) for name, value in network.state_dict().items())


def test_the_sheet_explains_what_is_drawn_below_the_samples():
    frame = np.zeros((HEIGHT, WIDTH, 3), np.uint8)
    sample = Sample(frame, 'go left', 'go:1 left:2', np.array([[0.3, 0, 0.5, 0]], np.float32))
    sheet = draw_samples([sample], 0.1)
    strip = sheet[-2 * LINE :]
    inked = (strip.min(axis=2) < 100).any(axis=0).nonzero()[0]
    assert inked.min() < 20 < 600 < inked.max() < strip.shape[1] - 20  # written, and not cut off
    assert 'yellow arc: how far the first command turns in 2 s' in LEGEND
