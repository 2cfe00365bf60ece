# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""Tests for config.py, sections.py and config_file.py."""

import ast
import inspect
from itertools import pairwise
import json

import pytest
import yaml

from mobile_vla_core.errors import ConfigError
from mobile_vla_core.policies.kosmos2_config import Kosmos2LstmConfig
from mobile_vla_core.policies.network import HEAD, PART_NAMES
from mobile_vla_train import config as config_module
from mobile_vla_train import sections
from mobile_vla_train.config import TrainConfig
from mobile_vla_train.config_file import config_keys, load_config, shipped_configs
from mobile_vla_train.sections import BACKBONE_PARTS


def test_the_shipped_nano_is_valid():
    assert load_config('nano').policy.architecture == 'nano'


def test_a_file_overrides_defaults_and_the_command_line_overrides_both(tmp_path):
    path = tmp_path / 'mine.yaml'
    path.write_text('optimiser: {learning_rate: 1e-4, weight_decay: 0.5}\nseed: 7\n')
    config = load_config(str(path), ['optimiser.learning_rate=1e-3', 'policy.network.window=4'])
    assert config.optimiser.learning_rate == 1e-3
    assert config.optimiser.weight_decay == 0.5
    assert config.seed == 7
    assert config.policy.network == {'window': 4}
    assert config.data == TrainConfig().data


@pytest.mark.parametrize(('name', 'write'), [('c.yaml', yaml.safe_dump), ('c.json', json.dumps)])
def test_a_configuration_survives_being_stored(tmp_path, name, write):
    overrides = ['schedule.steps=3', 'augmentation.gain=0', 'compile=true']
    config = load_config('nano', [*overrides, 'tuning.mode=parts', 'tuning.parts=[vision,text]'])
    assert config.tuning.parts == ('vision', 'text')
    path = tmp_path / name
    path.write_text(write(config.to_dict()))
    assert load_config(str(path)) == config


@pytest.mark.parametrize('name', shipped_configs())
def test_every_shipped_configuration_is_valid(name):
    assert load_config(name).policy.architecture


def test_every_key_is_described():
    trees = [ast.parse(inspect.getsource(module)) for module in (config_module, sections)]
    bodies = [node.body for t in trees for node in t.body if isinstance(node, ast.ClassDef)]
    described = {
        entry.target.id
        for body in bodies
        for entry, following in pairwise(body)
        if isinstance(entry, ast.AnnAssign) and isinstance(following, ast.Expr)
    }
    assert {key.rpartition('.')[2] for key in config_keys()} <= described


def test_the_full_configuration_has_the_values_of_the_original_run():
    config = load_config('kosmos2_full_ft')
    assert config.policy.network == {'window': 8, 'chunk': 1, 'velocity': 'tanh'}
    assert (config.data.height, config.data.width, config.data.clips_per_batch) == (224, 224, 4)
    assert config.data.validation_fraction == 0.1
    optimiser, loss, tuning = config.optimiser, config.loss, config.tuning
    assert (optimiser.learning_rate, optimiser.final_learning_rate) == (1e-5, 0.1)
    assert (optimiser.weight_decay, optimiser.gradient_clip) == (0.01, 1.0)
    assert optimiser.warmup_steps > 0
    assert (loss.huber_delta, loss.action_type_weight) == (1.0, 0.01)
    assert (tuning.mode, tuning.gradient_checkpointing) == ('full', True)
    jitter = config.augmentation
    assert (jitter.gain, jitter.brightness, jitter.tint, jitter.noise) == (0.1, 25.5, 0.1, 0.01)
    assert (jitter.mirror, jitter.shift, jitter.crop) == (0.0, 0, 0.0)  # the original had none
    assert (optimiser.accumulate, optimiser.average_decay, optimiser.kind) == (1, 0.0, 'adamw')
    assert optimiser.backbone_learning_rate in (0.0, optimiser.learning_rate)
    assert config.schedule.steps * config.data.clips_per_batch == 50 * 1600  # 50 epochs
    assert Kosmos2LstmConfig.from_values(config.policy.network).max_text == 256
    assert (config.precision, config.policy.pretrained) == (
        'bf16-mixed',
        'microsoft/kosmos-2-patch14-224',
    )


def test_the_parts_that_can_be_tuned_are_those_of_a_network():
    assert set(BACKBONE_PARTS) | {HEAD} == set(PART_NAMES)


@pytest.mark.parametrize(
    ('override', 'message'),
    [
        (
            'optimizer.learning_rate=1',
            'unknown configuration key "optimizer": did you mean "optimiser"',
        ),
        ('optimiser.learning_rat=1', 'did you mean "optimiser.learning_rate"'),
        ('steps=1', 'did you mean "schedule.steps"'),
        ('data.steps=1', 'did you mean "schedule.steps"'),
        ('schedule.steps=many', 'schedule.steps must be a whole number, found .many.'),
        ('schedule.steps=1.5', 'schedule.steps must be a whole number'),
        ('schedule.steps=true', 'schedule.steps must be a whole number'),
        ('optimiser.learning_rate=fast', 'optimiser.learning_rate must be a number'),
        ('data=3', 'data is a section with keys of its own'),
        ('seed.deep=3', 'seed'),
        ('policy.architecture=[1]', 'policy.architecture must be text'),
        ('policy.network=3', 'policy.network must be a mapping'),
        ('schedule.steps=0', 'schedule.steps must be at least 1, found 0'),
        ('data.validation_fraction=0.9', 'at most 0.5, found 0.9'),
        ('optimiser.average_decay=1', 'average_decay < 1'),
        ('tuning.mode=some', 'must be one of full, frozen, lora, parts, found .some.'),
        ('tuning.parts=[head]', 'tuning.parts knows no head: expected some of vision'),
        ('tuning.parts=[text]', 'is for the modes parts and lora, found mode full'),
        ('tuning.parts=text', 'must be a list'),
        ('tuning.parts=[1]', r'tuning.parts.0. must be text, found 1'),
        ('loss.huber_delta=0', 'loss needs huber_delta > 0'),
        ('tuning.lora_r=0', 'tuning.lora_r must be at least 1'),
        ('tuning.lora_dropout=1', 'lora_dropout < 1'),
        ('tuning.gradient_checkpointing=1', 'must be true or false, found 1'),
        ('optimiser.kind=sgd', 'must be one of adamw, adamw8bit, paged_adamw8bit'),
        ('optimiser.accumulate=0', 'optimiser.accumulate must be at least 1'),
        ('precision=fp8', 'precision must be one of 32-true, bf16-mixed'),
        ('strategy=magic', 'strategy must be one of auto, ddp, fsdp or a deepspeed_'),
        ('strategy=fsdp', 'set optimiser.average_decay=0'),
        ('devices=4', 'must be a multiple of 4, found 6'),
        ('seed', 'is not an override: expected key=value'),
        ('seed={', 'is not a YAML value'),
    ],
)
def test_a_wrong_override_is_refused_by_name(override, message):
    with pytest.raises(ConfigError, match=message):
        load_config('nano', [override])


@pytest.mark.parametrize(
    ('overrides', 'message'),
    [
        (['strategy=deepspeed_stage_3'], 'no checkpoint can be written from: set strategy=fsdp'),
        (['strategy=deepspeed_stage_2'], 'is for GPUs only: set accelerator=gpu'),
        (
            ['strategy=deepspeed_stage_2', 'accelerator=gpu'],
            'are not clipped: set optimiser.gradient_clip=0, or strategy=fsdp',
        ),
    ],
)
def test_deepspeed_is_refused_where_it_would_do_less_than_it_says(overrides, message):
    free = ['optimiser.average_decay=0']
    with pytest.raises(ConfigError, match=message):
        load_config('nano', [*free, *overrides])
    gpu = ['accelerator=gpu', 'optimiser.gradient_clip=0', 'strategy=deepspeed_stage_2']
    assert load_config('nano', [*free, *gpu]).deepspeed


def test_an_unknown_configuration_names_those_that_there_are():
    with pytest.raises(ConfigError, match=r'neither a readable file nor one of .*nano'):
        load_config('nanoo')


@pytest.mark.parametrize(('text', 'message'), [('- 1', 'expected sections'), ('a: [', 'not YAML')])
def test_a_file_of_another_kind_is_refused(tmp_path, text, message):
    path = tmp_path / 'bad.yaml'
    path.write_text(text)
    with pytest.raises(ConfigError, match=message):
        load_config(str(path))
