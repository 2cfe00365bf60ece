# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""Low-rank adapters (LoRA, arXiv 2106.09685) in a network, read without the package peft."""

from __future__ import annotations

import torch
from torch import nn, Tensor

BASE = 'base_layer'
"""What a layer of peft calls the layer that it adapts."""


def plain_state(network: nn.Module) -> dict[str, Tensor]:
    """
    Return a network's tensors under the names that they have without adapters.

    What adapters add is in the weights returned; the network itself stays as it is, so training
    goes on. A network without adapters gives its own tensors, not copies.

    :param network: may hold layers that `peft.inject_adapter_in_model` put in
    """
    adapted = {name: module for name, module in network.named_modules() if hasattr(module, BASE)}
    plain = {}
    for name, tensor in network.state_dict().items():
        if '.lora_' in name:
            continue
        owner = name.rpartition(f'.{BASE}.')[0]
        if owner in adapted and name.endswith('.weight'):
            tensor = _adapted_weight(adapted[owner], tensor)
        plain[name.replace(f'.{BASE}.', '.')] = tensor
    return plain


@torch.no_grad()
def _adapted_weight(layer: nn.Module, weight: Tensor) -> Tensor:
    if layer.merged:
        return weight
    for adapter in layer.active_adapters:
        weight = weight + layer.get_delta_weight(adapter).to(weight.dtype)
    return weight
