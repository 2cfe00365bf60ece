# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""Tests for export.py, exchange/frame_encoder.py and exchange/backbone_folder.py."""

from importlib.util import find_spec
import json
import os

import numpy as np
import pytest
import torch

from mobile_vla_core.action_space import ActionCodec
from mobile_vla_core.checkpoint import load_policy, save_policy
from mobile_vla_core.images import Preprocessing
from mobile_vla_core.policies.architecture import build_network
from mobile_vla_core.policy_card import PolicyCard
from mobile_vla_train.export import main

INSTRUCTIONS = ['go left', '상자를 돌아 오른쪽으로 가']
SETTINGS = {
    'nano': {'height': 24, 'width': 32},
    'kosmos2_lstm': {
        'height': 28,
        'width': 28,
        'chunk': 2,
        'lstm_layers': 1,
        'lstm_dim': 16,
        'backbone': {
            'text': {
                'vocab_size': 300,
                'embed_dim': 32,
                'layers': 2,
                'ffn_dim': 64,
                'attention_heads': 4,
            },
            'vision': {
                'hidden_size': 32,
                'intermediate_size': 64,
                'num_hidden_layers': 2,
                'num_attention_heads': 4,
                'image_size': 28,
            },
            'latent_query_num': 4,
        },
    },
}


def save(folder, architecture, instructions=INSTRUCTIONS):
    torch.manual_seed(0)
    network = build_network(architecture, SETTINGS[architecture])
    with torch.no_grad():
        for parameter in network.parameters():
            if parameter.ndim > 1:
                parameter.normal_(std=parameter[0].numel() ** -0.5)
    card = PolicyCard(
        architecture=architecture,
        network=network.config,
        window=network.window,
        chunk=network.chunk,
        step_period=0.1,
        preprocessing=Preprocessing(network.config['height'], network.config['width']),
        codec=ActionCodec((1.0, 1.0, 1.0), ((-1.0, 1.0),) * 3),
        instructions=instructions,
    )
    return save_policy(folder / architecture, network, card)


def run(checkpoint, output, *more):
    return main(['--checkpoint', str(checkpoint), '--output', str(output), *more])


@pytest.mark.parametrize('architecture', SETTINGS)
def test_the_exported_program_gives_the_features_of_the_network(tmp_path, architecture):
    checkpoint = save(tmp_path, architecture)
    assert run(checkpoint, tmp_path / 'out', '--format', 'program') == 0
    program = torch.export.load(tmp_path / 'out' / 'frame_encoder.pt2').module()
    text = (tmp_path / 'out' / 'frame_encoder.json').read_text(encoding='utf-8')
    description = json.loads(text)
    network = load_policy(checkpoint).network
    size = description['frames']['shape']
    frame = torch.randint(0, 256, size, dtype=torch.uint8)
    with torch.no_grad():
        for instruction in INSTRUCTIONS:
            tokens = torch.tensor([description['instructions'][instruction]])
            feature = program(frame, tokens)
            assert list(feature.shape) == description['feature']['shape']
            # The program pads to the longest instruction, the network does not.
            expected = network.encode(frame, network.tokenize([instruction]))
            torch.testing.assert_close(feature, expected, rtol=0, atol=1e-5)
            assert (program(255 - frame, tokens) - expected).abs().max() > 1e-3


@pytest.mark.skipif(
    not all(map(find_spec, ('onnx', 'onnxscript', 'onnxruntime'))),
    reason='needs onnx, onnxscript and onnxruntime: pip install -r requirements/develop.txt',
)
@pytest.mark.parametrize('architecture', SETTINGS)
def test_another_runtime_gives_the_features_of_the_network_from_onnx(tmp_path, architecture):
    import onnxruntime

    checkpoint = save(tmp_path, architecture)
    assert run(checkpoint, tmp_path / 'out', '--format', 'onnx') == 0
    session = onnxruntime.InferenceSession(tmp_path / 'out' / 'frame_encoder.onnx')
    names = [given.name for given in session.get_inputs()]
    text = (tmp_path / 'out' / 'frame_encoder.json').read_text(encoding='utf-8')
    description = json.loads(text)
    network = load_policy(checkpoint).network
    frame = torch.randint(0, 256, description['frames']['shape'], dtype=torch.uint8)
    for instruction in INSTRUCTIONS:
        tokens = np.array([description['instructions'][instruction]])
        values = [
            torch.from_numpy(session.run(None, dict(zip(names, given, strict=True)))[0])
            for given in ((frame.numpy(), tokens), (255 - frame.numpy(), tokens))
        ]
        expected = network.encode(frame, network.tokenize([instruction]))
        torch.testing.assert_close(values[0], expected, rtol=0, atol=1e-4)
        assert (values[1] - expected).abs().max() > 1e-3


def test_the_encoder_needs_an_instruction(tmp_path, capsys):
    checkpoint = save(tmp_path, 'nano', instructions=[])
    assert run(checkpoint, tmp_path / 'out', '--format', 'program') == 1
    assert 'give some with --instruction' in capsys.readouterr().err
    more = ('--format', 'program', '--instruction', 'go left')
    assert run(checkpoint, tmp_path / 'out', *more) == 0


@pytest.mark.skipif(find_spec('onnx') is not None, reason='the package onnx is installed')
def test_onnx_without_its_package_is_one_sentence(tmp_path, capsys):
    assert run(save(tmp_path, 'nano'), tmp_path / 'out', '--format', 'onnx') == 1
    assert 'ONNX needs the packages onnx and onnxscript' in capsys.readouterr().err
    assert not (tmp_path / 'out').exists()


def test_the_backbone_is_written_in_shards_and_read_as_pretrained(tmp_path):
    checkpoint = save(tmp_path, 'kosmos2_lstm')
    more = ('--format', 'hub', '--shard-size', '100KB')
    assert run(checkpoint, tmp_path / 'hub', *more) == 0
    assert len(list((tmp_path / 'hub').glob('model-*.safetensors'))) > 1
    saved = load_policy(checkpoint).network
    network = build_network('kosmos2_lstm', SETTINGS['kosmos2_lstm'])
    network.load_backbone(str(tmp_path / 'hub'))
    for name, values in saved.backbone.state_dict().items():
        assert (network.backbone.state_dict()[name] == values).all()
    text = 'go left'
    assert (network.tokenize([text]) == saved.tokenize([text])).all()


def test_nano_has_no_backbone_to_export(tmp_path, capsys):
    assert run(save(tmp_path, 'nano'), tmp_path / 'hub', '--format', 'hub') == 1
    assert 'has no backbone of transformers' in capsys.readouterr().err


def test_a_checkpoint_in_bfloat16_is_smaller_and_served(tmp_path):
    checkpoint = save(tmp_path, 'kosmos2_lstm')
    assert run(checkpoint, tmp_path / 'small', '--dtype', 'bfloat16') == 0
    policy = load_policy(tmp_path / 'small')
    assert policy.network.backbone.dtype == torch.bfloat16
    sizes = [(folder / 'model.safetensors').stat().st_size for folder in
             (tmp_path / 'small', checkpoint)]  # fmt: skip
    assert sizes[0] < sizes[1]


def test_a_folder_that_holds_something_is_not_written_over_without_being_asked(tmp_path, capsys):
    checkpoint = save(tmp_path, 'nano')
    assert run(checkpoint, tmp_path / 'out') == 0
    written = (tmp_path / 'out' / 'policy.yaml').stat().st_mtime_ns
    assert run(checkpoint, tmp_path / 'out') == 1
    assert 'out is not empty: --overwrite replaces' in capsys.readouterr().err
    assert (tmp_path / 'out' / 'policy.yaml').stat().st_mtime_ns == written
    assert run(checkpoint, tmp_path / 'out', '--overwrite') == 0
    assert (tmp_path / 'out' / 'policy.yaml').stat().st_mtime_ns > written


def test_what_is_no_export_is_never_overwritten(tmp_path, capsys):
    checkpoint, notes = save(tmp_path, 'nano'), tmp_path / 'mine' / 'notes.txt'
    notes.parent.mkdir()
    notes.write_text('keep')
    assert run(checkpoint, notes.parent, '--overwrite') == 1
    assert 'holds no export to overwrite' in capsys.readouterr().err
    assert notes.read_text() == 'keep'


@pytest.mark.parametrize('umask', [0o022, 0o002, 0o077])
def test_everything_written_has_the_mode_that_the_umask_gives(tmp_path, umask):
    before = os.umask(umask)
    try:
        checkpoint = save(tmp_path, 'kosmos2_lstm')
        assert run(checkpoint, tmp_path / 'hub', '--format', 'hub') == 0
    finally:
        os.umask(before)
    for folder in (checkpoint, tmp_path / 'hub'):
        assert folder.stat().st_mode & 0o777 == 0o777 & ~umask
        modes = {path.name: path.stat().st_mode & 0o777 for path in folder.iterdir()}
        assert modes == dict.fromkeys(modes, 0o666 & ~umask)


def test_an_absent_checkpoint_is_one_sentence(tmp_path, capsys):
    assert run(tmp_path / 'absent', tmp_path / 'out') == 1
    assert 'is not a folder' in capsys.readouterr().err
