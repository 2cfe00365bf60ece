# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""Tests for import_checkpoint.py and exchange/original_checkpoint.py."""

import json

import numpy as np
import pytest
import torch
from torch import nn
from transformers import Kosmos2Config, Kosmos2ForConditionalGeneration

from mobile_vla_core.checkpoint import load_policy
from mobile_vla_core.policies.prompt_tokenizer import byte_tokenizer, TOKENIZER_FILE
from mobile_vla_train.import_checkpoint import codec_of, main

PIXELS, WIDTH, WINDOW, HIDDEN, CHUNK = 28, 32, 4, 16, 2
CONFIG = Kosmos2Config(
    text_config={
        'vocab_size': 300,
        'embed_dim': WIDTH,
        'layers': 2,
        'ffn_dim': 64,
        'attention_heads': 4,
    },
    vision_config={
        'hidden_size': 32,
        'intermediate_size': 64,
        'num_hidden_layers': 2,
        'num_attention_heads': 4,
        'image_size': PIXELS,
    },
    latent_query_num=4,
)
SPEED = (1.15, 1.15, 1.15)


def perceptron(outputs):
    layers = []
    for inputs, width in ((HIDDEN, 1024), (1024, 512), (512, 256)):
        layers += [nn.Linear(inputs, width), nn.ReLU()]
    return nn.Sequential(*layers, nn.Linear(256, outputs))


class Branch(nn.Module):
    """An output of LSTMDecoder: its layers are called mlp."""

    def __init__(self, outputs):
        super().__init__()
        self.mlp = perceptron(outputs)


class Original(nn.Module):
    """What RoboVLMs saves: the same modules under its own names, around the real Kosmos-2."""

    def __init__(self, velocities=3):
        super().__init__()
        self.backbone = Kosmos2ForConditionalGeneration(CONFIG)
        self.action_token = nn.Parameter(torch.randn(WIDTH))
        self.act_head = nn.Module()
        self.act_head.rnn = nn.LSTM(WIDTH, HIDDEN, 2, batch_first=True)
        self.act_head.actions = Branch(velocities * CHUNK)
        self.act_head.gripper = Branch(CHUNK)

    def forward(self, pixels, tokens):
        """Return the velocities (W, C, 3), of every step, and the logits of the action type."""
        backbone = self.backbone
        vision = backbone.vision_model(pixels).last_hidden_state
        vision = backbone.vision_model.model.post_layernorm(vision)
        image, _ = backbone.image_to_text_projection(nn.functional.normalize(vision, dim=-1))
        words = backbone.text_model.model.embed_tokens(tokens)
        action = self.action_token.expand(len(pixels), 1, -1)
        # <s>, image, text, action token, </s>: one sentence, so no padding stands between.
        row = torch.cat([words[:, :1], image, words[:, 1:-1], action, words[:, -1:]], dim=1)
        hidden = backbone.text_model.model(inputs_embeds=row).last_hidden_state[:, -2]
        states, _ = self.act_head.rnn(hidden[None])
        velocity = torch.tanh(self.act_head.actions.mlp(states[0]))
        return velocity.unflatten(-1, (CHUNK, 3)), self.act_head.gripper.mlp(states[0])


@pytest.fixture
def original():
    torch.manual_seed(0)
    model = Original().eval()
    with torch.no_grad():
        for parameter in model.parameters():
            if parameter.ndim > 1:
                parameter.normal_(std=parameter[0].numel() ** -0.5)
        model.backbone.image_to_text_projection.dense.weight.mul_(8.0)
    return model


@pytest.fixture
def pretrained(tmp_path):
    folder = tmp_path / 'kosmos-2'
    CONFIG.save_pretrained(folder)
    (folder / TOKENIZER_FILE).write_bytes(byte_tokenizer())
    return folder


def save(path, model, **more):
    """Write what Lightning writes: the model inside a module, beside plain values."""
    state = {f'model.{name}': tensor for name, tensor in model.state_dict().items()}
    torch.save({'state_dict': state, 'epoch': 3, **more}, path)
    return path


def run(checkpoint, pretrained, output):
    options = {
        '--checkpoint': checkpoint,
        '--pretrained': pretrained,
        '--output': output,
        '--step-period': 0.4,
        '--instruction': 'go left',
    }
    arguments = [str(word) for pair in options.items() for word in pair]
    return main([*arguments, '--speed', *map(str, SPEED)])


def frames(count):
    shape = (count, PIXELS, PIXELS, 3)
    return np.random.default_rng(0).integers(0, 256, shape, dtype=np.uint8)


def test_an_imported_policy_gives_what_the_original_gave(original, pretrained, tmp_path):
    hyper = {'configs': {'window_size': WINDOW}}
    checkpoint = save(tmp_path / 'epoch3.ckpt', original, hyper_parameters=hyper)
    assert run(checkpoint, pretrained, tmp_path / 'policy') == 0

    policy = load_policy(tmp_path / 'policy')
    assert (policy.card.window, policy.card.chunk, policy.card.step_period) == (WINDOW, CHUNK, 0.4)
    pictures = frames(WINDOW)
    policy.reset('go left')
    for t, picture in enumerate(pictures):
        policy.observe(picture, t * 0.4)
    output = policy.output()

    mean = torch.tensor([0.48145466, 0.4578275, 0.40821073])[:, None, None]
    std = torch.tensor([0.26862954, 0.26130258, 0.27577711])[:, None, None]
    pixels = (torch.from_numpy(pictures).permute(0, 3, 1, 2) / 255.0 - mean) / std
    text = policy.network.tokenize(['go left'])[0].tolist()
    tokens = torch.tensor([[0, *text, 2]] * WINDOW)
    with torch.no_grad():
        velocity, gripper = original(pixels, tokens)
        other, _ = original(pixels.flip(0), tokens)
    scale = torch.tensor(policy.card.codec.scale)
    torch.testing.assert_close(
        output.velocity[0] * scale, velocity[-1] * torch.tensor(SPEED), rtol=0, atol=1e-5
    )
    rounded = (3 * torch.sigmoid(gripper[-1])).round().long()
    assert output.type_logits[0].argmax(dim=-1).tolist() == rounded.tolist()
    assert (other[-1] - velocity[-1]).abs().max() > 1e-4  # control: the picture counts


def test_the_report_says_what_matched_and_what_was_left(original, pretrained, tmp_path, capsys):
    assert run(save(tmp_path / 'a.ckpt', original), pretrained, tmp_path / 'policy') == 0
    text = capsys.readouterr().out
    matched = len(original.state_dict()) - 1
    assert f'{matched} tensors matched' in text
    assert 'lm_head.weight (language head: never computed here)' in text
    metrics = json.loads((tmp_path / 'policy' / 'metrics.json').read_text())
    assert metrics['import']['matched'] == matched


def test_a_frozen_backbone_that_was_not_saved_comes_from_the_pretrained_folder(
    original, pretrained, tmp_path
):
    original.backbone.save_pretrained(pretrained)
    state = {
        name: tensor for name, tensor in original.state_dict().items() if 'backbone' not in name
    }
    torch.save({'state_dict': state}, tmp_path / 'frozen.ckpt')
    assert run(tmp_path / 'frozen.ckpt', pretrained, tmp_path / 'frozen') == 0
    assert run(save(tmp_path / 'whole.ckpt', original), pretrained, tmp_path / 'whole') == 0
    hashes = [load_policy(tmp_path / name).card.weights_sha256 for name in ('frozen', 'whole')]
    assert hashes[0] == hashes[1]


class Anything:
    """A Python object in a checkpoint."""


@pytest.mark.parametrize(
    ('content', 'message'),
    [
        ({'state_dict': {}, 'x': Anything()}, 'holds Python objects, which are not loaded'),
        ({'epoch': 3}, 'holds no tensors'),
        ([1, 2], 'expected a Lightning checkpoint'),
        ({'state_dict': {'a.lora_A.w': torch.ones(1)}}, 'merge them with merge_and_unload'),
        ({'state_dict': {'a': torch.ones(1)}}, 'with the head LSTMDecoder'),
    ],
)
def test_what_is_no_policy_is_one_sentence(content, message, pretrained, tmp_path, capsys):
    torch.save(content, tmp_path / 'x.ckpt')
    assert run(tmp_path / 'x.ckpt', pretrained, tmp_path / 'policy') == 1
    assert message in capsys.readouterr().err
    assert not (tmp_path / 'policy').exists()


def test_a_missing_or_damaged_file_is_one_sentence(pretrained, tmp_path, capsys):
    (tmp_path / 'x.ckpt').write_bytes(b'damaged')
    for name in ('x.ckpt', 'absent.ckpt'):
        assert run(tmp_path / name, pretrained, tmp_path / 'policy') == 1
        assert 'cannot be read' in capsys.readouterr().err
    assert run(tmp_path, pretrained, tmp_path / 'policy') == 1
    assert 'zero_to_fp32' in capsys.readouterr().err


def test_a_policy_for_an_arm_is_refused(pretrained, tmp_path, capsys):
    arm = save(tmp_path / 'arm.ckpt', Original(velocities=6))
    assert run(arm, pretrained, tmp_path / 'policy') == 1
    assert 'predicts 6 continuous values per action, expected 3' in capsys.readouterr().err


def test_a_missing_tensor_is_named(original, pretrained, tmp_path, capsys):
    state = original.state_dict()
    removed = 'backbone.text_model.model.layers.0.ffn.fc1.weight'
    del state[removed]
    torch.save({'state_dict': state}, tmp_path / 'x.ckpt')
    assert run(tmp_path / 'x.ckpt', pretrained, tmp_path / 'policy') == 1
    assert f'lacks 1 tensors of the policy, such as {removed}' in capsys.readouterr().err


def test_another_pretrained_shape_is_refused(original, pretrained, tmp_path, capsys):
    text = json.loads((pretrained / 'config.json').read_text())
    text['text_config']['ffn_dim'] = 128
    (pretrained / 'config.json').write_text(json.dumps(text))
    assert run(save(tmp_path / 'x.ckpt', original), pretrained, tmp_path / 'policy') == 1
    assert 'does `pretrained` name the model that it began from?' in capsys.readouterr().err


def test_an_output_of_one_is_the_given_speed():
    codec, bound = codec_of((1.15, 0.5, 3.0))
    physical = codec.denormalise(np.array(bound, dtype=np.float32))
    np.testing.assert_allclose(physical, [1.15, 0.5, 3.0], rtol=1e-6)
