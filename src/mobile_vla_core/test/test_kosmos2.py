# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""Tests for policies/kosmos2.py, policies/kosmos2_config.py and policies/window_head.py."""

from kosmos2_fixture import as_clips, BACKBONE, CHUNK, random_frames, SETTINGS, small_kosmos2
import pytest
import torch
from torch.nn import functional

from mobile_vla_core.errors import ConfigError, InstructionError
from mobile_vla_core.policies.architecture import build_network
from mobile_vla_core.policies.kosmos2 import PIXEL_MEAN, PIXEL_STD
from mobile_vla_core.policies.network import PART_NAMES

ORIGINAL_TOTAL = 1_705_681_412
"""FACTS: what the original system's model has in all."""


@pytest.fixture(scope='module')
def network():
    return small_kosmos2()


def parameter_count(**settings) -> int:
    with torch.device('meta'):
        network = build_network('kosmos2_lstm', settings)
    return sum(parameter.numel() for parameter in network.parameters())


def test_the_original_head_gives_the_original_number_of_parameters():
    assert parameter_count(head='original', chunk=1) == ORIGINAL_TOTAL


def test_four_action_types_cost_771_parameters_more():
    assert parameter_count(head='chunk', chunk=1) == ORIGINAL_TOTAL + 771


def test_ours_with_a_chunk_of_ten_has_its_own_number():
    further_actions = 9 * 7 * 257  # 3 velocities and 4 types, 256 weights and a bias each
    count = parameter_count()
    assert count == ORIGINAL_TOTAL + 771 + further_actions == 1_705_698_374


def test_no_language_head_is_built(network):
    assert not [name for name in network.state_dict() if 'lm_head' in name]


def test_a_feature_is_what_kosmos2_computes_for_the_same_tokens(network):
    frames = as_clips(random_frames(2))[0]
    tokens = network.tokenize(['go left'] * 2)
    latents, end = BACKBONE['latent_query_num'], 2
    with torch.no_grad():
        network.action_token.embedding.copy_(network.backbone.get_input_embeddings().weight[end])
        std = torch.tensor(PIXEL_STD)[:, None, None]
        pixels = (frames / 255.0 - torch.tensor(PIXEL_MEAN)[:, None, None]) / std
        places = torch.full((2, latents), 4)  # any numbers: the image takes their place
        first, last = torch.zeros(2, 1, dtype=torch.long), torch.full((2, 1), end)
        numbers = torch.cat([first, places, tokens, last], dim=1)
        image = torch.zeros_like(numbers)
        image[:, 1 : 1 + latents] = 1
        expected = network.backbone(
            pixel_values=pixels,
            input_ids=numbers,
            image_embeds_position_mask=image,
            attention_mask=torch.ones_like(numbers),
        ).last_hidden_state[:, -1]
        torch.testing.assert_close(network.encode(frames, tokens), expected, rtol=0, atol=1e-5)
        swapped = network.encode(frames.flip(0), tokens)
    assert (swapped - expected).abs().max() > 0.1


def test_a_longer_sentence_in_the_batch_changes_nothing(network):
    frames = as_clips(random_frames(2))[0]
    tokens = network.tokenize(['go left', 'go around both boxes and then keep to the left'])
    assert (tokens[0] == 1).sum() > 10
    with torch.no_grad():
        together = network.encode(frames, tokens)
        alone = network.encode(frames[:1], network.tokenize(['go left']))
        # Control: where padding does count as text, the feature is another one.
        counted = network.encode(frames[:1], tokens[:1].where(tokens[:1] != 1, 3))
    torch.testing.assert_close(together[:1], alone, rtol=0, atol=1e-5)
    assert (counted - alone).abs().max() > 0.1


def test_what_stands_after_the_action_token_changes_nothing(network):
    frames = as_clips(random_frames(1))[0]
    tokens = network.tokenize(['go left'])
    with torch.no_grad():
        padded = network.encode(frames, functional.pad(tokens, (0, 9), value=1))
        torch.testing.assert_close(padded, network.encode(frames, tokens), rtol=0, atol=1e-5)


@pytest.mark.parametrize('pair', [('go left', 'go right'), ('왼쪽으로 가', '오른쪽으로 가')])
def test_the_instruction_changes_the_feature(network, pair):
    frames = as_clips(random_frames(1))[0]
    with torch.no_grad():
        first, second = (network.encode(frames, network.tokenize([text])) for text in pair)
    assert (first - second).abs().max() > 0.05


def test_the_picture_changes_the_feature(network):
    tokens = network.tokenize(['go left'] * 2)
    with torch.no_grad():
        first, second = network.encode(as_clips(random_frames(2))[0], tokens)
    assert (first - second).abs().max() > 0.05


def test_every_parameter_that_the_prompt_reaches_is_trained():
    network = small_kosmos2().train()
    output = network(as_clips(random_frames(6)), network.tokenize(['go left']))
    (output.velocity.square().sum() + output.type_logits.square().sum()).backward()
    idle = {n for n, p in network.named_parameters() if p.grad is None or not p.grad.any()}
    # A constant added to all keys cancels in the softmax.
    assert {name for name in idle if not name.endswith('k_proj.bias')} == set()


def test_the_parts_are_disjoint_and_hold_every_parameter(network):
    held = [id(p) for part in network.parts().values() for p in part.parameters()]
    assert len(held) == len(set(held))
    assert set(held) == {id(parameter) for parameter in network.parameters()}
    assert tuple(network.parts()) == PART_NAMES


def test_gradient_checkpointing_gives_the_same_gradients_and_computes_twice():
    gradients, calls = [], []
    for enabled in (False, True):
        network = small_kosmos2().train()
        network.set_gradient_checkpointing(enabled)
        called = []
        block = network.backbone.text_model.model.layers[0].ffn
        block.register_forward_pre_hook(lambda *_, called=called: called.append(1))
        output = network(as_clips(random_frames(5)), network.tokenize(['go left']))
        output.velocity.square().sum().backward()
        gradients.append([parameter.grad for parameter in network.parameters()])
        calls.append(len(called))
    assert calls == [1, 2]
    for plain, again in zip(*gradients, strict=True):
        torch.testing.assert_close(plain, again)


def test_bfloat16_autocast_gives_finite_gradients_near_the_exact_output():
    network = small_kosmos2().train()
    clips, tokens = as_clips(random_frames(5)), network.tokenize(['go left'])
    exact = network(clips, tokens).velocity
    with torch.autocast('cpu', torch.bfloat16):
        output = network(clips, tokens)
    (output.velocity.float().square().sum() + output.type_logits.float().sum()).backward()
    assert all(p.grad.isfinite().all() for p in network.parameters() if p.grad is not None)
    assert 0 < (output.velocity - exact).abs().max() < 0.1


def test_encoding_in_bfloat16_keeps_the_head_in_float32():
    network = small_kosmos2()
    frames, tokens = as_clips(random_frames(2))[0], network.tokenize(['go left'] * 2)
    with torch.no_grad():
        exact = network.encode(frames, tokens)
        network.set_encoder_dtype(torch.bfloat16)
        rounded = network.encode(frames, tokens)
    assert rounded.dtype == network.head.memory.weight_ih_l0.dtype == torch.float32
    assert 0 < (rounded - exact).abs().max() < 0.2


def test_tanh_velocities_stay_within_their_bound():
    network = small_kosmos2(velocity='tanh', velocity_bound=[2.0, 0.5, 1.0])
    with torch.no_grad():
        network.head.velocity[-1].bias.fill_(100.0)
        velocity = network.act(torch.randn(2, 4, 32)).velocity
    torch.testing.assert_close(velocity, torch.tensor([2.0, 0.5, 1.0]).expand(2, CHUNK, 3))


@pytest.mark.parametrize(('logit', 'action_type'), [(-9.0, 0), (-0.7, 1), (0.7, 2), (9.0, 3)])
def test_the_original_head_rounds_its_sigmoid_to_an_action_type(logit, action_type):
    network = small_kosmos2(head='original', chunk=1)
    assert network.head.action_type[-1].out_features == 1
    with torch.no_grad():
        network.head.action_type[-1].weight.zero_()
        network.head.action_type[-1].bias.fill_(logit)
        logits = network.act(torch.randn(1, 4, 32)).type_logits
    assert logits.shape == (1, 1, 4)
    assert logits.argmax() == action_type == round(3 * torch.sigmoid(torch.tensor(logit)).item())


def test_a_prompt_that_is_too_long_is_refused():
    with pytest.raises(InstructionError, match='has 28 tokens, at most 20'):
        small_kosmos2(max_text=20).tokenize(['go left'])


def test_a_network_is_built_again_from_its_config_and_assets(network):
    again = build_network('kosmos2_lstm', network.config, network.assets())
    again.load_state_dict(network.state_dict())
    assert again.config == network.config
    assert again.assets() == network.assets()
    with pytest.raises(ConfigError, match=r'needs tokenizer\.json'):
        build_network('kosmos2_lstm', network.config, {})


@pytest.mark.parametrize(
    ('settings', 'message'),
    [
        ({'windows': 8}, 'has no setting windows: did you mean "window"'),
        ({'window': 0}, 'whole sizes of at least 1'),
        ({'chunk': 'ten'}, 'whole sizes of at least 1'),
        ({'velocity_bound': None}, 'a setting has the wrong type'),
        ({'backbone': None}, 'are sections with keys'),
        ({'backbone': {'text': 3}}, 'are sections with keys'),
        ({'head': 'gripper'}, 'head must be one of chunk, original'),
        ({'velocity': 'relu'}, 'velocity must be one of linear, tanh'),
        ({'velocity_bound': [1.0, 0.0, 1.0]}, '3 numbers above 0'),
        ({'prompt': 'drive'}, 'must hold {instruction} once'),
        (
            {'backbone': {'text': {'attention_head': 3}}},
            r'backbone has no setting text\.attention_head: did you mean "text\.attention_heads"',
        ),
        ({'backbone': {'text': {'layers': 'two'}}}, 'backbone cannot be used'),
        ({'height': 90, 'width': 160}, 'set data.height and data.width to 28'),
    ],
)
def test_settings_that_cannot_be_used_are_refused(settings, message):
    with pytest.raises(ConfigError, match=message):
        build_network('kosmos2_lstm', {**SETTINGS, **settings})
