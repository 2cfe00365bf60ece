# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""Tests for checkpoint.py and policies/adapters.py with the network that has files beside it."""

import hashlib
import shutil

from kosmos2_fixture import card_of, random_frames, small_kosmos2, unigram_tokenizer
from peft import inject_adapter_in_model, LoraConfig
import pytest
from safetensors.torch import load_file
import torch

from mobile_vla_core.checkpoint import load_policy, save_policy, WEIGHTS_FILE
from mobile_vla_core.errors import CheckpointError
from mobile_vla_core.policies.architecture import build_network
from mobile_vla_core.policies.prompt_tokenizer import TOKENIZER_FILE
from mobile_vla_core.policies.streaming import StreamingPolicy
from mobile_vla_core.policy_card import PolicyCard


@pytest.fixture
def network():
    return small_kosmos2()


@pytest.fixture
def saved(tmp_path, network):
    return save_policy(tmp_path / 'best', network, card_of(network))


def drive(policy):
    policy.reset('go left')
    for t, frame in enumerate(random_frames(6)):
        policy.observe(frame, t * 0.1)
    return policy.output().velocity


def test_a_loaded_policy_predicts_bit_for_bit_what_the_saved_one_did(saved, network):
    expected = drive(StreamingPolicy(network, card_of(network)))
    assert (drive(load_policy(saved)) == expected).all()
    other = small_kosmos2(seed=1)
    assert (drive(StreamingPolicy(other, card_of(other))) != expected).any()


def test_the_tokenizer_travels_with_the_checkpoint(tmp_path, network):
    assets = {TOKENIZER_FILE: unigram_tokenizer().to_str().encode()}
    pieces = build_network('kosmos2_lstm', network.config, assets)
    pieces.load_state_dict(network.state_dict())
    saved = save_policy(tmp_path / 'best', pieces, card_of(pieces))
    moved = shutil.move(saved, tmp_path / 'elsewhere')
    policy = load_policy(moved)
    assert policy.network.tokenize(['go left']).shape == (1, 8)
    assert network.tokenize(['go left']).shape == (1, 28)
    digest = hashlib.sha256(assets[TOKENIZER_FILE]).hexdigest()
    assert PolicyCard.load(moved).assets == {TOKENIZER_FILE: digest}


def test_a_missing_tokenizer_is_named(saved):
    (saved / TOKENIZER_FILE).unlink()
    with pytest.raises(CheckpointError, match=r'lacks a readable tokenizer\.json'):
        load_policy(saved)


def test_a_changed_tokenizer_is_noticed(saved):
    with (saved / TOKENIZER_FILE).open('ab') as file:
        file.write(b' ')
    with pytest.raises(CheckpointError, match=r'tokenizer\.json was changed after it was saved'):
        load_policy(saved)


def test_a_card_cannot_point_outside_its_directory(saved):
    text = (saved / 'policy.yaml').read_text(encoding='utf-8')
    (saved / 'policy.yaml').write_text(text.replace(TOKENIZER_FILE, f'../{TOKENIZER_FILE}'))
    with pytest.raises(CheckpointError, match='not the name of a file beside it'):
        load_policy(saved)


def test_bfloat16_halves_the_encoder_and_is_what_is_served(tmp_path, saved, network):
    small = save_policy(tmp_path / 'small', network, card_of(network), dtype=torch.bfloat16)
    stored = load_file(small / WEIGHTS_FILE)
    kept = {name for name, tensor in stored.items() if tensor.dtype == torch.float32}
    assert kept == {name for name in stored if name.startswith(('head.', 'action_token.'))}
    policy = load_policy(small)
    assert policy.network.backbone.dtype == torch.bfloat16
    assert policy.network.head.memory.weight_ih_l0.dtype == torch.float32
    exact = drive(load_policy(saved))
    assert 0 < (drive(policy) - exact).abs().max() < 0.05
    assert (drive(load_policy(saved, dtype=torch.bfloat16)) == drive(policy)).all()
    wide = load_policy(small, dtype=torch.float32)
    assert wide.network.backbone.dtype == torch.float32


def test_loading_leaves_no_trace_in_torch(saved):
    before = torch.get_default_dtype(), torch.get_rng_state()
    load_policy(saved, dtype=torch.bfloat16)
    assert torch.get_default_dtype() == before[0]
    with pytest.raises(CheckpointError):
        load_policy(saved / 'absent', dtype=torch.bfloat16)
    assert torch.get_default_dtype() == before[0]


def test_no_weight_is_drawn_at_random_while_loading(saved, network):
    loaded = load_policy(saved).network
    for name, values in network.state_dict().items():
        assert (loaded.state_dict()[name] == values).all(), name
    for name, values in network.named_buffers():
        assert (dict(loaded.named_buffers())[name] == values).all(), name


def adapted(network):
    config = LoraConfig(r=4, lora_alpha=8, target_modules=['q_proj', 'v_proj', 'fc1'])
    inject_adapter_in_model(config, network.backbone)
    generator = torch.Generator().manual_seed(2)
    with torch.no_grad():
        for name, parameter in network.named_parameters():
            if '.lora_' in name:
                parameter.copy_(0.3 * torch.randn(parameter.shape, generator=generator))
    return network.eval()


def test_adapters_are_merged_in_the_checkpoint_and_stay_in_the_network(tmp_path, saved):
    tuned = adapted(small_kosmos2())
    directory = save_policy(tmp_path / 'tuned', tuned, card_of(tuned))
    assert load_file(directory / WEIGHTS_FILE).keys() == load_file(saved / WEIGHTS_FILE).keys()
    served, trained = drive(load_policy(directory)), drive(StreamingPolicy(tuned, card_of(tuned)))
    torch.testing.assert_close(served, trained, rtol=0, atol=1e-5)
    assert (served - drive(load_policy(saved))).abs().max() > 1e-3
    assert any('.lora_A.' in name for name, _ in tuned.named_parameters())


def test_tensors_gathered_elsewhere_are_what_is_written(tmp_path, network):
    other = small_kosmos2(seed=1)
    directory = save_policy(tmp_path / 'best', network, card_of(network), state=other.state_dict())
    assert (drive(load_policy(directory)) == drive(StreamingPolicy(other, card_of(other)))).all()
