# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""Which weights of a network are trained."""

from __future__ import annotations

from torch import nn

from mobile_vla_core.errors import ConfigError
from mobile_vla_core.policies.network import HEAD, PolicyNetwork

from ..sections import TuningConfig
from .adapters import ADAPTED, add_adapters


def prepare_network(network: PolicyNetwork, config: TuningConfig) -> None:
    """
    Freeze what is not trained, and put adapters where they are asked for; in place.

    :raises ConfigError: if a part is named that the network has not
    """
    names = trained_parts(network, config)
    if config.mode == 'lora':
        add_adapters(network, config)
    elif config.mode != 'full':
        network.requires_grad_(False)
    parts = network.parts()
    for name in names:
        parts[name].requires_grad_(True)
    network.set_gradient_checkpointing(config.gradient_checkpointing)


def trained_parts(network: PolicyNetwork, config: TuningConfig) -> tuple[str, ...]:
    """Return the names of the parts of which every weight is trained."""
    parts = network.parts()
    unknown = [name for name in config.parts if name not in parts]
    if unknown:
        raise ConfigError(
            f'tuning.parts names {", ".join(unknown)}, which {type(network).__name__} has not: '
            f'it has {", ".join(parts)}'
        )
    return tuple(parts) if config.mode == 'full' else (*config.parts, HEAD)


def resting_parts(network: PolicyNetwork, config: TuningConfig) -> list[nn.Module]:
    """Return the parts of which nothing is trained: in training too they are as in serving."""
    trained = trained_parts(network, config)
    adapted = config.mode == 'lora'
    return [
        part
        for name, part in network.parts().items()
        if name not in trained and not (adapted and name in ADAPTED)
    ]
