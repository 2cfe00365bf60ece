# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""Tests for config.py."""

import pytest

from mobile_vla_core.errors import ConfigError
from mobile_vla_train.config import load_config, TrainConfig


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


def test_a_configuration_survives_being_stored(tmp_path):
    import yaml

    config = load_config('nano', ['schedule.steps=3', 'augmentation.gain=0'])
    path = tmp_path / 'config.yaml'
    path.write_text(yaml.safe_dump(config.to_dict()))
    assert load_config(str(path)) == config


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
        ('seed', 'is not an override: expected key=value'),
        ('seed={', 'is not a YAML value'),
    ],
)
def test_a_wrong_override_is_refused_by_name(override, message):
    with pytest.raises(ConfigError, match=message):
        load_config('nano', [override])


def test_an_unknown_configuration_names_those_that_there_are():
    with pytest.raises(ConfigError, match='neither a readable file nor one of nano'):
        load_config('nanoo')


@pytest.mark.parametrize(('text', 'message'), [('- 1', 'expected sections'), ('a: [', 'not YAML')])
def test_a_file_of_another_kind_is_refused(tmp_path, text, message):
    path = tmp_path / 'bad.yaml'
    path.write_text(text)
    with pytest.raises(ConfigError, match=message):
        load_config(str(path))
