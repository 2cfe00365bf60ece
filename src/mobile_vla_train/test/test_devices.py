# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""Tests for devices.py."""

import pytest
import torch
from training_rig import train

from mobile_vla_core.errors import ConfigError
from mobile_vla_train.config import TrainConfig
from mobile_vla_train.devices import check_devices
from mobile_vla_train.sections import DataConfig

without_gpu = pytest.mark.skipif(
    torch.cuda.is_available() or torch.backends.mps.is_available(), reason='there is a GPU'
)


@pytest.mark.parametrize('name', ['cpu', 'auto'])
def test_what_every_machine_has_is_taken(name):
    check_devices(TrainConfig(accelerator=name))


def test_an_unknown_accelerator_is_refused_with_the_known_ones():
    with pytest.raises(ConfigError, match='accelerator=abacus is unknown: expected one of auto'):
        check_devices(TrainConfig(accelerator='abacus'))


@without_gpu
@pytest.mark.parametrize('arguments', [(), ('--check',)])
def test_a_gpu_that_is_not_there_is_refused_before_anything_is_done(
    arguments, episodes, tmp_path, capsys
):
    output = tmp_path / 'run'
    assert train(episodes, output, 'accelerator=gpu', *arguments) == 1
    printed = capsys.readouterr()
    assert 'accelerator=gpu: there is no such device on this machine' in printed.err
    assert 'Preflight' not in printed.out
    assert not output.exists()


@pytest.mark.skipif(not torch.cuda.is_available(), reason='needs a GPU')
def test_more_gpus_than_there_are_are_refused():
    asked = torch.cuda.device_count() + 1
    config = TrainConfig(accelerator='gpu', devices=asked, data=DataConfig(clips_per_batch=asked))
    with pytest.raises(ConfigError, match=f'devices={asked}, but this machine has {asked - 1}'):
        check_devices(config)
