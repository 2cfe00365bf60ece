# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""Tests for policies/nano.py, policies/network.py and policies/architecture.py."""

from policy_fixture import CHUNK, random_frames, small_network, WINDOW
import pytest
import torch

from mobile_vla_core.errors import ConfigError
from mobile_vla_core.policies.architecture import build_network
from mobile_vla_core.policies.nano import NanoConfig, NanoNetwork
from mobile_vla_core.policies.network import PART_NAMES, window_indices


def as_clips(frames):
    return torch.from_numpy(frames).permute(0, 3, 1, 2)[None]


def test_nano_has_about_1_3_million_parameters():
    count = sum(parameter.numel() for parameter in NanoNetwork(NanoConfig()).parameters())
    assert 1.2e6 < count < 1.4e6


def test_a_clip_gives_a_chunk_for_every_frame():
    network = small_network()
    output = network(as_clips(random_frames(6)), network.tokenize(['go left']))
    assert output.velocity.shape == (6, CHUNK, 3)
    assert output.type_logits.shape == (6, CHUNK, 4)


def test_clips_sharing_features_equal_windows_encoded_one_by_one():
    network = small_network()
    clips, tokens = as_clips(random_frames(6)), network.tokenize(['go left'])
    shared = network(clips, tokens)
    for t, indices in enumerate(window_indices(6, WINDOW)):
        features = network.encode(clips[0, indices], tokens.expand(WINDOW, -1))
        alone = network.act(features[None])
        torch.testing.assert_close(alone.velocity[0], shared.velocity[t], rtol=0, atol=1e-5)
        torch.testing.assert_close(alone.type_logits[0], shared.type_logits[t], rtol=0, atol=1e-5)


def test_windows_are_padded_with_the_first_frame():
    assert window_indices(4, 3).tolist() == [[0, 0, 0], [0, 0, 1], [0, 1, 2], [1, 2, 3]]


def test_no_prediction_depends_on_a_later_frame():
    network = small_network()
    frames, tokens = random_frames(6), network.tokenize(['go left'])
    before = network(as_clips(frames), tokens).velocity
    frames[4] = 255 - frames[4]
    after = network(as_clips(frames), tokens).velocity
    torch.testing.assert_close(before[:4], after[:4], rtol=0, atol=1e-6)
    assert not torch.allclose(before[4], after[4], atol=1e-4)


@pytest.mark.parametrize('pair', [('go left', 'go right'), ('왼쪽으로 가', '오른쪽으로 가')])
def test_the_instruction_changes_the_feature(pair):
    network = small_network()
    frames = as_clips(random_frames(1))[0]
    first, second = (network.encode(frames, network.tokenize([text])) for text in pair)
    assert (first - second).abs().max() > 1e-3


def test_padding_does_not_change_an_instruction():
    network = small_network()
    frames = as_clips(random_frames(2))[0]
    padded = network.tokenize(['go left', 'go around the box and then to the left'])
    alone = network.encode(frames[:1], network.tokenize(['go left']))
    torch.testing.assert_close(network.encode(frames, padded)[:1], alone, rtol=0, atol=1e-5)


def test_every_parameter_is_trained():
    network = small_network()
    output = network(as_clips(random_frames(6)), network.tokenize(['go left']))
    (output.velocity.square().sum() + output.type_logits.square().sum()).backward()
    idle = [n for n, p in network.named_parameters() if p.grad is None or not p.grad.any()]
    assert idle == []


def test_a_network_is_built_again_from_its_config():
    network = small_network()
    again = build_network('nano', network.config)
    again.load_state_dict(network.state_dict())
    assert again.config == network.config


def test_the_parts_are_disjoint_and_hold_every_parameter():
    network = small_network()
    held = [id(p) for part in network.parts().values() for p in part.parameters()]
    assert len(held) == len(set(held))
    assert set(held) == {id(parameter) for parameter in network.parameters()}
    assert set(network.parts()) <= set(PART_NAMES)


def test_encoding_in_bfloat16_keeps_the_head_in_float32():
    network = small_network()
    frames, tokens = as_clips(random_frames(2))[0], network.tokenize(['go left'] * 2)
    exact = network.encode(frames, tokens)
    network.set_encoder_dtype(torch.bfloat16)
    rounded = network.encode(frames, tokens)
    assert rounded.dtype == torch.float32
    assert 0 < (rounded - exact).abs().max() < 0.1
    assert network.act(rounded.expand(1, -1, -1)).velocity.dtype == torch.float32


def test_bfloat16_autocast_gives_finite_gradients_near_the_exact_output():
    network = small_network().train()
    clips, tokens = as_clips(random_frames(5)), network.tokenize(['go left'])
    exact = network(clips, tokens).velocity
    with torch.autocast('cpu', torch.bfloat16):
        output = network(clips, tokens)
    assert output.velocity.dtype == torch.float32
    output.velocity.square().sum().backward()
    assert all(p.grad.isfinite().all() for p in network.parameters() if p.grad is not None)
    assert 0 < (output.velocity - exact).abs().max() < 0.1


def test_a_dropout_written_as_a_whole_number_is_a_share():
    assert build_network('nano', {'dropout': 0}).config['dropout'] == 0.0


def test_nano_has_no_pretrained_weights_and_carries_no_files():
    network = small_network()
    assert network.assets() == {}
    with pytest.raises(ConfigError, match='leave `pretrained` empty'):
        network.load_backbone('some/model')


@pytest.mark.parametrize(
    ('architecture', 'config', 'message'),
    [
        ('giant', {}, 'architecture "giant" is unknown: expected one of kosmos2_lstm, nano'),
        ('nano', {'windows': 8}, 'nano has no setting windows: did you mean "window"'),
        ('nano', {'window': 0}, 'sizes >= 1'),
        ('nano', {'channels': [8, 8]}, 'four channels'),
        ('nano', {'dropout': 1.0}, '0 <= dropout < 1'),
    ],
)
def test_unknown_architectures_and_settings_are_refused(architecture, config, message):
    with pytest.raises(ConfigError, match=message):
        build_network(architecture, config)
