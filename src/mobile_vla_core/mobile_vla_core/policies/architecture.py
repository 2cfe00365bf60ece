# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""The networks by name, each imported only when it is asked for."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from typing import Any

from ..errors import ConfigError
from .network import PolicyNetwork

ARCHITECTURES = {
    'kosmos2_lstm': ('mobile_vla_core.policies.kosmos2', 'Kosmos2LstmNetwork'),
    'nano': ('mobile_vla_core.policies.nano', 'NanoNetwork'),
}


def build_network(
    architecture: str, config: Mapping[str, Any], assets: Mapping[str, bytes] | None = None
) -> PolicyNetwork:
    """
    Build a network with fresh weights.

    :param architecture: one of ARCHITECTURES
    :param config: plain values, as `PolicyNetwork.config` gives them
    :param assets: files by name, as `PolicyNetwork.assets` gives them
    :raises ConfigError: if the architecture or a value is unknown
    """
    return network_class(architecture).from_config(config, assets)


def network_class(architecture: str) -> type[PolicyNetwork]:
    """
    Return the class behind a name.

    :param architecture: one of ARCHITECTURES
    :raises ConfigError: if it is none of them
    """
    if architecture not in ARCHITECTURES:
        raise ConfigError(
            f'architecture "{architecture}" is unknown: '
            f'expected one of {", ".join(sorted(ARCHITECTURES))}'
        )
    module, name = ARCHITECTURES[architecture]
    return getattr(import_module(module), name)
