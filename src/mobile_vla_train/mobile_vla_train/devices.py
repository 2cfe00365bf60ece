# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""Whether this machine has the devices that a configuration asks for."""

from __future__ import annotations

from lightning.pytorch.accelerators import AcceleratorRegistry
import torch

from mobile_vla_core.errors import ConfigError

from .config import TrainConfig

AUTOMATIC = 'auto'
"""Lightning takes what there is."""
GPU, GPUS = 'gpu', ('cuda', 'mps')
"""Lightning's word for a GPU of any maker, and those that it knows."""


def check_devices(config: TrainConfig) -> None:
    """
    Refuse devices that this machine lacks, before anything is decoded for them.

    :raises ConfigError: if there is no such device, or there are too few
    """
    name = config.accelerator
    if name == AUTOMATIC:
        return
    known = AcceleratorRegistry.available_accelerators()
    if name != GPU and name not in known:
        names = ', '.join([AUTOMATIC, GPU, *sorted(known)])
        raise ConfigError(f'accelerator={name} is unknown: expected one of {names}')
    kinds = GPUS if name == GPU else (name,)
    if not any(map(_is_available, kinds)):
        raise ConfigError(
            f'accelerator={name}: there is no such device on this machine, or torch '
            f'{torch.__version__} cannot use it; set accelerator=cpu, or train elsewhere'
        )
    found = torch.cuda.device_count()
    if name in (GPU, 'cuda') and 0 < found < config.devices:
        raise ConfigError(f'devices={config.devices}, but this machine has {found}: set devices')


def training_device(accelerator: str) -> torch.device:
    """Return where one process trains."""
    if accelerator == 'cpu' or not any(map(_is_available, GPUS)):
        return torch.device('cpu')
    return torch.device(next(filter(_is_available, GPUS)))


def _is_available(name: str) -> bool:
    known = AcceleratorRegistry.available_accelerators()
    return name in known and AcceleratorRegistry.get(name).is_available()
