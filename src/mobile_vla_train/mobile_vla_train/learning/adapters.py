# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""Low-rank adapters (LoRA, arXiv 2106.09685) on the backbone, and how they are merged away."""

from __future__ import annotations

from collections.abc import Mapping

from torch import nn, Tensor

from mobile_vla_core.policies.network import PolicyNetwork, TEXT, VISION

from ..config import TuningConfig

ADAPTER = 'default'
"""peft's name of the one set of adapters."""
_BASE, _ADAPTED = '.base_layer.', '.lora_'


def add_adapters(network: PolicyNetwork, config: TuningConfig) -> None:
    """
    Put an adapter on every linear layer of the text and the vision part; freeze all else.

    An adapter begins as zero, so the network still computes the same.
    """
    from peft import inject_adapter_in_model, LoraConfig  # slow to import

    chosen = {
        id(layer)
        for name, part in network.parts().items()
        if name in (TEXT, VISION)
        for layer in part.modules()
        if isinstance(layer, nn.Linear)
    }
    names = [name for name, layer in network.named_modules() if id(layer) in chosen]
    settings = LoraConfig(
        r=config.lora_r,
        lora_alpha=config.lora_alpha,
        lora_dropout=config.lora_dropout,
        target_modules=names,
    )
    inject_adapter_in_model(settings, network, ADAPTER)


def has_adapters(network: nn.Module) -> bool:
    """Return whether `add_adapters` was called."""
    return any(_ADAPTED in name for name, _ in network.named_parameters())


def merge_adapters(network: nn.Module, state: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """
    Add each adapter to the weights below it and give the tensors their plain names.

    :param network: the one with adapters; not changed
    :param state: its whole state dict
    :return: what a network without adapters loads
    """
    merged = {
        name.replace(_BASE, '.'): tensor for name, tensor in state.items() if _ADAPTED not in name
    }
    for name, layer in network.named_modules():
        if ADAPTER not in getattr(layer, 'lora_A', ()):
            continue
        weight = state[f'{name}{_BASE}weight']
        down = state[f'{name}.lora_A.{ADAPTER}.weight'].float()
        up = state[f'{name}.lora_B.{ADAPTER}.weight'].float()
        added = layer.scaling[ADAPTER] * (up @ down)
        merged[f'{name}.weight'] = (weight.float() + added).to(weight.dtype)
    return merged
