# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""Tests for tuning.py, adapters.py and optimiser.py: what is trained, and what is not."""

from importlib.util import find_spec

import pytest
import torch
from torch._dynamo.utils import counters
from training_rig import scalars_of, SMALL, train, weights_of

from mobile_vla_core.action_space import ActionCodec
from mobile_vla_core.checkpoint import load_policy
from mobile_vla_core.errors import ConfigError
from mobile_vla_core.policies.architecture import build_network
from mobile_vla_train.config_file import load_config
from mobile_vla_train.exchange.backbone_folder import write_backbone
from mobile_vla_train.learning.interruption import InterruptedRun
from mobile_vla_train.learning.optimiser import (
    build_optimiser,
    learning_rate_factor,
    parameter_groups,
)
from mobile_vla_train.learning.tuning import prepare_network, resting_parts
from mobile_vla_train.run import network_settings, TrainingRun
from mobile_vla_train.run_folder import Existing
from mobile_vla_train.sections import OptimiserConfig, TuningConfig
from mobile_vla_train.train import main

TINY = ('--config', 'kosmos2_tiny', 'data.height=56', 'data.width=56', 'data.clip_length=4')
SHORT = (
    'validation.figures=false',
    'schedule.steps=2',
    'schedule.epoch_steps=2',
    'optimiser.learning_rate=0.01',
)


def tiny_kosmos2(**tuning):
    torch.manual_seed(0)
    network = build_network('kosmos2_lstm', network_settings(load_config('kosmos2_tiny')))
    prepare_network(network, TuningConfig(**tuning))
    return network


def trained_parts_of(network):
    parts = network.parts()
    return {
        name
        for name, part in parts.items()
        if any(parameter.requires_grad for parameter in part.parameters())
    }


@pytest.mark.parametrize(
    ('tuning', 'expected'),
    [
        ({}, {'vision', 'text', 'projection', 'head'}),
        ({'mode': 'frozen'}, {'head'}),
        ({'mode': 'parts', 'parts': ('projection',)}, {'projection', 'head'}),
        ({'mode': 'lora', 'lora_r': 4}, {'vision', 'text', 'head'}),
        (
            {'mode': 'lora', 'lora_r': 4, 'parts': ('projection',)},
            {'vision', 'text', 'projection', 'head'},
        ),
    ],
)
def test_each_mode_trains_its_own_parts(tuning, expected):
    network = tiny_kosmos2(**tuning)
    assert trained_parts_of(network) == expected
    head = list(network.parts()['head'].parameters())
    assert head
    assert all(parameter.requires_grad for parameter in head)


def test_adapters_are_on_attention_and_mlp_and_train_nothing_else_of_the_backbone():
    network = tiny_kosmos2(mode='lora', lora_r=4)
    trained = [name for name, p in network.named_parameters() if p.requires_grad]
    backbone = [name for name in trained if name.startswith('backbone')]
    assert all('lora_' in name for name in backbone)
    for layer in ('q_proj', 'k_proj', 'v_proj', 'out_proj', 'fc1', 'fc2'):
        for part in ('text_model', 'vision_model'):
            assert any(layer in name and part in name for name in backbone), (layer, part)


def test_fresh_adapters_change_nothing():
    frames = torch.randint(0, 256, (1, 3, 3, 56, 56), dtype=torch.uint8)
    plain, adapted = tiny_kosmos2().eval(), tiny_kosmos2(mode='lora', lora_r=4).eval()
    with torch.no_grad():
        one, other = (n(frames, n.tokenize(['go left'])) for n in (plain, adapted))
    torch.testing.assert_close(one.velocity, other.velocity)


def test_an_unknown_part_is_named():
    with pytest.raises(ConfigError, match='projection, which NanoNetwork has not: it has vision'):
        prepare_network(build_network('nano', {}), TuningConfig('parts', ('projection',)))


@pytest.fixture(scope='module')
def before(episodes, tmp_path_factory):
    """Return the weights that every run here begins with."""
    config = load_config('kosmos2_tiny', ['data.clip_length=4'])
    run = TrainingRun(episodes, tmp_path_factory.mktemp('before'), config)
    return {name: tensor.clone() for name, tensor in run.network.state_dict().items()}


@pytest.mark.parametrize(
    ('overrides', 'moved'),
    [
        (('tuning.mode=frozen',), {'head'}),
        (('tuning.mode=lora', 'tuning.lora_r=4'), {'vision', 'text', 'head'}),
        (('tuning.mode=parts', 'tuning.parts=[text]'), {'text', 'head'}),
        (('tuning.gradient_checkpointing=true',), {'vision', 'text', 'projection', 'head'}),
    ],
)
def test_training_moves_what_the_mode_says_and_the_checkpoint_serves_without_peft(
    overrides, moved, before, episodes, tmp_path
):
    arguments = (*TINY, *SHORT, *overrides)
    settings = ('--data', str(episodes), '--output', str(tmp_path), *arguments)
    assert main(list(settings)) == 0
    after = weights_of(tmp_path)
    assert set(after) == set(before)  # no name of an adapter
    parts = {'vision': 'vision_model', 'text': 'text_model', 'projection': 'image_to_text'}
    changed = {name for name in before if not torch.equal(before[name], after[name])}
    for part, piece in parts.items():
        assert any(piece in name for name in changed) == (part in moved)
    assert any(name.startswith('head') for name in changed)
    policy = load_policy(tmp_path / 'checkpoints' / 'best')
    policy.reset('pass the post on the left')


def test_adapters_on_pretrained_weights_are_resumed_and_served_as_they_were_trained(
    episodes, tmp_path
):
    backbone = tmp_path / 'backbone'
    write_backbone(tiny_kosmos2(), backbone, '1GB')
    settings = [
        *(
            'data.clip_length=4',
            'validation.figures=false',
            'schedule.steps=4',
            'schedule.epoch_steps=2',
        ),
        *('optimiser.learning_rate=0.01', 'optimiser.warmup_steps=0', 'precision=bf16-mixed'),
        *('optimiser.average_decay=0.5', 'tuning.mode=lora', 'tuning.lora_r=4'),
        *('tuning.lora_dropout=0.1', f'policy.pretrained={backbone}', 'threads=1'),
    ]
    config = load_config('kosmos2_tiny', settings)
    whole = TrainingRun(episodes, tmp_path / 'whole', config)
    whole.fit()
    stopped = TrainingRun(episodes, tmp_path / 'stopped', config)
    stopped.stop_after(3)
    with pytest.raises(InterruptedRun):
        stopped.fit()
    TrainingRun(episodes, tmp_path / 'stopped', config, existing=Existing.RESUME).fit()
    once, twice = weights_of(tmp_path / 'whole'), weights_of(tmp_path / 'stopped')
    assert all(torch.equal(once[name], twice[name]) for name in once)

    trained = whole.module.kept_network().float().eval()
    adapters = [p for name, p in trained.named_parameters() if '.lora_B.' in name]
    assert all(adapter.any() for adapter in adapters)
    served = load_policy(tmp_path / 'whole' / 'checkpoints' / 'last').network
    frames = torch.randint(0, 256, (1, 5, 3, 56, 56), dtype=torch.uint8)
    with torch.no_grad():
        one, other = (n(frames, n.tokenize(['go left'])) for n in (trained, served))
    torch.testing.assert_close(one.velocity, other.velocity, rtol=0, atol=1e-5)
    fresh = build_network('kosmos2_lstm', served.config)
    fresh.load_backbone(str(backbone))
    bare = fresh.encode(frames[0], fresh.tokenize(['go left'] * 5))
    assert (served.encode(frames[0], served.tokenize(['go left'] * 5)) - bare).abs().max() > 1e-3


def test_bounded_velocities_reach_the_limits_of_the_codec():
    config = load_config('kosmos2_tiny', ['policy.network.velocity=tanh'])
    codec = ActionCodec((0.5, 0.25, 1.0), ((-0.2, 1.0), (-0.5, 0.5), (0.0, 0.0)))
    settings = network_settings(config, codec)
    assert settings['velocity_bound'] == [2.0, 2.0, 1.0]  # in units of the scale; never 0
    network = build_network('kosmos2_lstm', settings)
    assert network.config['velocity_bound'] == [2.0, 2.0, 1.0]
    assert 'velocity_bound' not in network_settings(load_config('kosmos2_tiny'), codec)


def test_gradient_checkpointing_gives_the_same_gradients():
    frames = torch.randint(0, 256, (1, 3, 3, 56, 56), dtype=torch.uint8)
    gradients = []
    for checkpointing in (False, True):
        network = tiny_kosmos2(gradient_checkpointing=checkpointing).train()
        network(frames, network.tokenize(['go left'])).velocity.square().sum().backward()
        gradients.append([parameter.grad for parameter in network.parameters()])
    for one, other in zip(*gradients, strict=True):
        torch.testing.assert_close(one, other)


def count_calls(network):
    """Count how often the first layer of text and of vision is computed; see the list grow."""
    blocks = {'text': network.backbone.text_model.model.layers[0]}
    blocks['vision'] = network.backbone.vision_model.model.encoder.layers[0]
    calls = []
    for name, block in blocks.items():
        block.self_attn.register_forward_pre_hook(lambda *_, name=name: calls.append(name))
    return calls


@pytest.mark.parametrize(
    ('tuning', 'expected'),
    [
        ({'gradient_checkpointing': False}, ['text', 'vision']),
        ({}, ['text', 'text', 'vision', 'vision']),
        ({'mode': 'lora', 'lora_r': 4}, ['text', 'text', 'vision', 'vision']),
        ({'mode': 'frozen'}, ['text', 'text', 'vision']),  # to the action token, and no further
    ],
)
def test_layers_that_gradients_pass_are_computed_twice_with_gradient_checkpointing(
    tuning, expected
):
    network = tiny_kosmos2(**{'gradient_checkpointing': True, **tuning}).train()
    for part in resting_parts(network, TuningConfig(mode=tuning.get('mode', 'full'))):
        part.eval()
    calls = count_calls(network)
    frames = torch.randint(0, 256, (1, 3, 3, 56, 56), dtype=torch.uint8)
    network(frames, network.tokenize(['go left'])).velocity.square().sum().backward()
    assert sorted(calls) == expected
    calls.clear()
    with torch.no_grad():
        network(frames, network.tokenize(['go left']))
    assert sorted(calls) == ['text', 'vision']


def test_the_configuration_of_a_run_turns_gradient_checkpointing_on(episodes, tmp_path):
    settings = ['tuning.mode=frozen', 'data.clip_length=4', 'schedule.steps=1', *SHORT[:1]]
    counts = []
    for number, checkpointing in enumerate(('false', 'true')):
        more = [*settings, f'tuning.gradient_checkpointing={checkpointing}', 'threads=1']
        run = TrainingRun(
            episodes, tmp_path / str(number), load_config('kosmos2_tiny', more)
        )  # whose running mean is 0: the network that is trained is validated too
        calls = count_calls(run.network)
        run.fit()
        counts.append([calls.count(name) for name in ('text', 'vision')])
    (text, vision), (text_again, vision_again) = counts
    assert text_again == text + 1
    assert vision_again == vision


@pytest.mark.parametrize(
    ('overrides', 'resting'),
    [
        (('tuning.mode=frozen',), {'vision', 'text', 'projection'}),
        (('tuning.mode=parts', 'tuning.parts=[text]'), {'vision', 'projection'}),
        (('tuning.mode=lora', 'tuning.lora_r=4'), {'projection'}),
        ((), set()),
    ],
)
def test_what_is_frozen_drops_nothing_while_the_rest_is_trained(
    overrides, resting, episodes, tmp_path
):
    settings = ['data.clip_length=4', 'schedule.steps=2', *SHORT[:1], 'threads=1', *overrides]
    run = TrainingRun(episodes, tmp_path, load_config('kosmos2_tiny', settings))
    modes = {}

    def note(module, _):
        if run.module.training:
            for name, part in run.network.parts().items():
                modes.setdefault(name, set()).update(m.training for m in part.modules())

    run.network.head.register_forward_pre_hook(note)
    run.fit()
    assert modes == {name: {name not in resting} for name in run.network.parts()}


def test_compiling_is_really_done_and_changes_nothing(episodes, tmp_path, monkeypatch):
    """Graphs are captured and run as they are: building kernels for them takes a minute."""
    monkeypatch.setattr(torch._TorchCompileInductorWrapper, '__call__', lambda _, graph, __: graph)
    losses, graphs = [], []
    for value in ('false', 'true'):
        torch._dynamo.reset()
        counters.clear()
        settings = [*SMALL, 'schedule.steps=2', 'schedule.epoch_steps=2', f'compile={value}']
        run = TrainingRun(episodes, tmp_path / value, load_config('nano', settings))
        losses.append(run.fit()['validation_loss'])
        graphs.append(counters['stats']['unique_graphs'])
    assert graphs[0] == 0 < graphs[1]
    assert losses[1] == pytest.approx(losses[0], rel=1e-5)


def test_matrices_decay_and_vectors_do_not_at_two_learning_rates():
    network = build_network('nano', {})
    config = OptimiserConfig(learning_rate=1e-3, backbone_learning_rate=1e-5, weight_decay=0.1)
    groups = build_optimiser(network, config).param_groups
    assert [(g['lr'], g['weight_decay']) for g in groups] == [
        (1e-5, 0.1),
        (1e-5, 0.0),
        (1e-3, 0.1),
        (1e-3, 0.0),
    ]
    assert all((p.ndim > 1) == (g['weight_decay'] > 0) for g in groups for p in g['params'])
    head = sum(p.numel() for p in network.parts()['head'].parameters())
    assert sum(p.numel() for g in groups[2:] for p in g['params']) == head
    assert sum(len(g['params']) for g in groups) == len(list(network.parameters()))


def test_without_a_second_rate_there_are_two_groups():
    assert len(parameter_groups(build_network('nano', {}), OptimiserConfig())) == 2


@pytest.mark.skipif(find_spec('bitsandbytes') is not None, reason='bitsandbytes is installed')
def test_eight_bits_without_their_library_are_refused_in_a_sentence(capsys, episodes, tmp_path):
    assert train(episodes, tmp_path / 'run', 'optimiser.kind=paged_adamw8bit') == 1
    printed = capsys.readouterr().err
    assert 'optimiser.kind=paged_adamw8bit needs bitsandbytes (No module named' in printed
    assert 'pip install bitsandbytes, or set optimiser.kind=adamw' in printed
    assert not (tmp_path / 'run').exists()


@pytest.mark.skipif(
    find_spec('bitsandbytes') is None,
    reason='needs bitsandbytes: pip install bitsandbytes==0.50.2, then make test',
)
@pytest.mark.parametrize('kind', ['adamw8bit', 'paged_adamw8bit'])
def test_moments_in_eight_bits_are_small_learn_alike_and_are_resumed_exactly(
    kind, episodes, tmp_path
):
    settings = [*SMALL, 'schedule.steps=6', 'optimiser.average_decay=0', 'log_every=1']
    settings.append('policy.network.feature_dim=96')  # layers large enough to be worth it
    eight = load_config('nano', [*settings, f'optimiser.kind={kind}'])
    whole = TrainingRun(episodes, tmp_path / 'whole', eight)
    whole.fit()
    stopped = TrainingRun(episodes, tmp_path / 'stopped', eight)
    stopped.stop_after(4)
    with pytest.raises(InterruptedRun):
        stopped.fit()
    TrainingRun(episodes, tmp_path / 'stopped', eight, existing=Existing.RESUME).fit()
    once, twice = weights_of(tmp_path / 'whole'), weights_of(tmp_path / 'stopped')
    assert all(torch.equal(once[name], twice[name]) for name in once)
    (optimiser,) = whole.module.trainer.optimizers
    large = [p for group in optimiser.param_groups for p in group['params'] if p.numel() >= 4096]
    assert large
    assert all(optimiser.state[p]['state1'].dtype == torch.uint8 for p in large)
    TrainingRun(episodes, tmp_path / 'exact', load_config('nano', settings)).fit()
    exact, rounded = scalars_of(tmp_path / 'exact'), scalars_of(tmp_path / 'whole')
    assert exact[0] == rounded[0]
    assert exact[5] != rounded[5]
    assert rounded[5][0] == pytest.approx(exact[5][0], rel=0.05)


def test_the_learning_rate_rises_then_falls_to_its_end():
    config = OptimiserConfig(warmup_steps=10, final_learning_rate=0.1)
    factors = [learning_rate_factor(step, 100, config) for step in range(101)]
    assert factors[0] == pytest.approx(0.1)
    assert max(factors) == factors[10] == 1.0
    assert factors[100] == pytest.approx(0.1)
    assert factors[10:] == sorted(factors[10:], reverse=True)
