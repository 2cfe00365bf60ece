# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""The optimiser with its groups of parameters, and how the learning rate goes."""

from __future__ import annotations

import importlib
from importlib import metadata
import math
from typing import Any

import torch
from torch import nn
from torch.optim import Optimizer

from mobile_vla_core.errors import ConfigError
from mobile_vla_core.policies.network import HEAD, PolicyNetwork

from ..sections import OptimiserConfig

_EIGHT_BIT = {'adamw8bit': 'AdamW8bit', 'paged_adamw8bit': 'PagedAdamW8bit'}
_ON_CPU = (0, 50)
"""The bitsandbytes with which a CPU was seen to do it too."""


def build_optimiser(network: PolicyNetwork, config: OptimiserConfig) -> Optimizer:
    """
    Build AdamW over everything that is trained.

    :raises ConfigError: if an 8-bit kind is asked for and cannot be had
    """
    settings = {'lr': config.learning_rate, 'weight_decay': config.weight_decay}
    kind = optimiser_class(config)
    if kind is torch.optim.AdamW:
        settings['fused'] = True
    return kind(parameter_groups(network, config), **settings)


def optimiser_class(config: OptimiserConfig) -> type[Optimizer]:
    """Return the class behind `optimiser.kind`; ConfigError when it is not installed."""
    if config.kind not in _EIGHT_BIT:
        return torch.optim.AdamW
    try:
        library = importlib.import_module('bitsandbytes.optim')
    except ImportError as error:
        raise ConfigError(
            f'optimiser.kind={config.kind} needs bitsandbytes ({error}): '
            f'pip install bitsandbytes, or set optimiser.kind=adamw'
        ) from error
    found = metadata.version('bitsandbytes')
    if not torch.cuda.is_available() and tuple(map(int, found.split('.')[:2])) < _ON_CPU:
        raise ConfigError(
            f'optimiser.kind={config.kind} needs a CUDA device with bitsandbytes {found}, and '
            f'there is none: pip install bitsandbytes>={_ON_CPU[0]}.{_ON_CPU[1]}, or set '
            f'optimiser.kind=adamw'
        )
    return getattr(library, _EIGHT_BIT[config.kind])


def parameter_groups(network: PolicyNetwork, config: OptimiserConfig) -> list[dict[str, Any]]:
    """
    Sort what is trained by learning rate and weight decay.

    Only matrices decay: biases, gains of normalisations and the learnt token do not.
    """
    trained = [parameter for parameter in network.parameters() if parameter.requires_grad]
    rate = config.backbone_learning_rate or config.learning_rate
    if rate == config.learning_rate:
        return _by_decay(trained, rate)
    head = {id(parameter) for parameter in network.parts()[HEAD].parameters()}
    return [
        *_by_decay([p for p in trained if id(p) not in head], rate),
        *_by_decay([p for p in trained if id(p) in head], config.learning_rate),
    ]


def _by_decay(parameters: list[nn.Parameter], rate: float) -> list[dict[str, Any]]:
    groups = [
        {'params': [p for p in parameters if p.ndim > 1], 'lr': rate},
        {'params': [p for p in parameters if p.ndim <= 1], 'lr': rate, 'weight_decay': 0.0},
    ]
    return [group for group in groups if group['params']]


def learning_rate_factor(step: int, steps: int, config: OptimiserConfig) -> float:
    """Return the share of the full learning rate: a linear warm-up, then half a cosine."""
    if step < config.warmup_steps:
        return (step + 1) / config.warmup_steps
    progress = (step - config.warmup_steps) / max(1, steps - config.warmup_steps)
    cosine = 0.5 * (1.0 + math.cos(math.pi * min(progress, 1.0)))
    return config.final_learning_rate + (1.0 - config.final_learning_rate) * cosine
