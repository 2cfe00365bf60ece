# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""Tests for policies/pretrained.py: folders written by transformers, read for real."""

import os
import shutil
import subprocess
import sys

from kosmos2_fixture import (
    as_clips,
    BACKBONE,
    random_frames,
    SETTINGS,
    shake,
    small_kosmos2,
    unigram_tokenizer,
)
import pytest
from safetensors.torch import load_file, save_file
import torch
from transformers import BertConfig, Kosmos2Config, Kosmos2ForConditionalGeneration, Kosmos2Model

from mobile_vla_core.errors import ConfigError
from mobile_vla_core.policies.architecture import build_network
from mobile_vla_core.policies.prompt_tokenizer import TOKENIZER_FILE

VOCABULARY = 2000
WEIGHTS = 'model.safetensors'


def pretrained(kind, dtype=torch.float32):
    """Return a Kosmos-2 that is not the one that the network would build by itself."""
    torch.manual_seed(3)
    text = {**BACKBONE['text'], 'vocab_size': VOCABULARY, 'layers': 3}
    model = kind(Kosmos2Config(text_config=text, vision_config=BACKBONE['vision'],
                               latent_query_num=6))  # fmt: skip
    shake(model)
    # Padding means nothing; the transformers of Python 3.10 make it so when they load weights.
    with torch.no_grad():
        model.get_input_embeddings().weight[model.config.text_config.pad_token_id] = 0.0
    return model.to(dtype)


@pytest.fixture
def folder(tmp_path):
    pretrained(Kosmos2ForConditionalGeneration).save_pretrained(tmp_path / 'kosmos-2')
    unigram_tokenizer(tags=False).save(str(tmp_path / 'kosmos-2' / TOKENIZER_FILE))
    return tmp_path / 'kosmos-2'


def features(network):
    frames = as_clips(random_frames(2))[0]
    with torch.no_grad():
        return network.eval().encode(frames, network.tokenize(['go left'] * 2))


def test_weights_shape_and_tokenizer_come_from_the_folder(folder):
    network = small_kosmos2()
    before = features(network)
    network.load_backbone(str(folder))
    expected = pretrained(Kosmos2Model).state_dict()
    loaded = network.backbone.state_dict()
    assert loaded.keys() == load_file(folder / WEIGHTS).keys() - {'text_model.lm_head.weight'}
    model = pretrained(Kosmos2ForConditionalGeneration).state_dict()
    assert all((loaded[name] == model[name]).all() for name in expected)
    assert network.config['backbone']['text']['layers'] == 3
    assert network.config['backbone']['latent_query_num'] == 6
    assert b'<grounding>' in network.assets()[TOKENIZER_FILE]
    assert (features(network) - before).abs().max() > 0.1
    assert all(parameter.requires_grad for parameter in network.parameters())


def test_the_network_with_these_weights_is_built_again_from_config_and_assets(folder):
    network = small_kosmos2()
    network.load_backbone(str(folder))
    again = build_network('kosmos2_lstm', network.config, network.assets())
    again.load_state_dict(network.state_dict())
    torch.testing.assert_close(features(again), features(network), rtol=0, atol=0)


def test_a_folder_without_a_language_head_is_read_too(folder):
    pretrained(Kosmos2Model).save_pretrained(folder)
    network = small_kosmos2()
    network.load_backbone(str(folder))
    expected = pretrained(Kosmos2Model).state_dict()
    assert all((network.backbone.state_dict()[n] == v).all() for n, v in expected.items())


def test_half_precision_weights_become_what_the_network_has(folder):
    pretrained(Kosmos2ForConditionalGeneration, torch.bfloat16).save_pretrained(folder)
    network = small_kosmos2()
    network.load_backbone(str(folder))
    assert {parameter.dtype for parameter in network.parameters()} == {torch.float32}
    assert features(network).isfinite().all()


def test_a_model_of_another_width_is_refused_with_the_setting_to_change(folder):
    text = {**BACKBONE['text'], 'embed_dim': 64}
    network = build_network('kosmos2_lstm', {**SETTINGS, 'backbone': {**BACKBONE, 'text': text}})
    with pytest.raises(ConfigError, match=r'set policy\.network\.backbone\.text\.embed_dim to 32'):
        network.load_backbone(str(folder))


def test_a_missing_weight_is_named_not_drawn_at_random(folder):
    tensors = load_file(folder / WEIGHTS)
    removed = 'text_model.model.layers.1.ffn.fc1.weight'
    del tensors[removed]
    save_file(tensors, folder / WEIGHTS, {'format': 'pt'})
    with pytest.raises(ConfigError, match=f'lacks 1 weights of Kosmos-2, such as {removed}'):
        small_kosmos2().load_backbone(str(folder))


def test_a_damaged_weight_file_is_one_sentence(folder):
    (folder / WEIGHTS).write_bytes(b'damaged' * 100)
    with pytest.raises(ConfigError, match='cannot be used'):
        small_kosmos2().load_backbone(str(folder))


def test_a_missing_tokenizer_is_one_sentence(folder):
    (folder / TOKENIZER_FILE).unlink()
    with pytest.raises(ConfigError, match=r'has no readable tokenizer\.json: save the tokenizer'):
        small_kosmos2().load_backbone(str(folder))


def test_another_model_is_refused(folder):
    shutil.rmtree(folder)
    BertConfig().save_pretrained(folder)
    with pytest.raises(ConfigError, match='is a model of type "bert", expected "kosmos-2"'):
        small_kosmos2().load_backbone(str(folder))


@pytest.mark.parametrize('source', ['no/such-model', 'absent folder'])
def test_what_cannot_be_reached_is_one_sentence_that_says_what_to_do(source, monkeypatch):
    monkeypatch.setattr('huggingface_hub.constants.HF_HUB_OFFLINE', True)
    with pytest.raises(ConfigError, match='neither a local folder nor a model that the hub gives'):
        small_kosmos2().load_backbone(source)


def test_an_empty_folder_is_one_sentence(tmp_path):
    with pytest.raises(ConfigError, match='it holds no config'):
        small_kosmos2().load_backbone(str(tmp_path))


ASK_THE_HUB = """
from mobile_vla_core.errors import ConfigError
from mobile_vla_core.policies.pretrained import read_config
try:
    read_config('nobody/no-model')
except ConfigError as error:
    print(error)
"""


def test_a_hub_that_is_out_of_reach_is_one_sentence_and_nothing_else(tmp_path):
    nowhere = {'HF_ENDPOINT': 'http://127.0.0.1:9', 'HF_HOME': str(tmp_path)}
    done = subprocess.run(
        [sys.executable, '-c', ASK_THE_HUB],
        env={**os.environ, **nowhere},
        capture_output=True,
        text=True,
    )
    assert done.stderr == ''
    (line,) = done.stdout.splitlines()
    assert line.startswith('pretrained "nobody/no-model" is neither a local folder nor a model')
