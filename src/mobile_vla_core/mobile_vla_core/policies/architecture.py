# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""The networks by name, each imported only when it is asked for."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from typing import Any

from ..errors import ConfigError
from .network import PolicyNetwork

ARCHITECTURES = {'nano': ('mobile_vla_core.policies.nano', 'NanoNetwork')}


def build_network(architecture: str, config: Mapping[str, Any]) -> PolicyNetwork:
    """
    Build a network with fresh weights.

    :param architecture: one of ARCHITECTURES
    :param config: plain values, as `PolicyNetwork.config` gives them
    :raises ConfigError: if the architecture or a value is unknown
    """
    if architecture not in ARCHITECTURES:
        raise ConfigError(
            f'architecture "{architecture}" is unknown: '
            f'expected one of {", ".join(sorted(ARCHITECTURES))}'
        )
    module, name = ARCHITECTURES[architecture]
    return getattr(import_module(module), name).from_config(dict(config))
