# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""Low-rank adapters (LoRA, arXiv 2106.09685) on the backbone; saving merges them away."""

from __future__ import annotations

from torch import nn

from mobile_vla_core.policies.network import PolicyNetwork, TEXT, VISION

from ..sections import TuningConfig

ADAPTED = (TEXT, VISION)
"""Parts that get adapters."""
ADAPTER = 'default'
"""peft's name of the one set of adapters."""


def add_adapters(network: PolicyNetwork, config: TuningConfig) -> None:
    """
    Put an adapter on every linear layer of the text and the vision part; freeze all else.

    An adapter begins as zero, so the network still computes the same.
    """
    from peft import inject_adapter_in_model, LoraConfig  # slow to import

    chosen = {
        id(layer)
        for name, part in network.parts().items()
        if name in ADAPTED
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
