# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""Layers of Kosmos-2 that compute their activations again in the backward pass."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import torch
from torch import nn
from torch.utils.checkpoint import checkpoint
from transformers.models.kosmos2.modeling_kosmos2 import (
    Kosmos2TextBlock,
    Kosmos2VisionEncoderLayer,
)


class RecomputedLayer:
    """
    Keep the input of a layer and nothing else for the backward pass (gradient checkpointing).

    What transformers has for this does nothing in a layer that is in evaluation mode. Those of a
    frozen part are, and gradients pass through them to the action token all the same.
    """

    def forward(self, *arguments: Any, **named: Any) -> Any:
        """Run the layer, a second time when gradients come back."""
        if not torch.is_grad_enabled():
            return super().forward(*arguments, **named)
        return checkpoint(super().forward, *arguments, use_reentrant=False, **named)


class RecomputedTextBlock(RecomputedLayer, Kosmos2TextBlock):
    """Of the text model."""


class RecomputedVisionLayer(RecomputedLayer, Kosmos2VisionEncoderLayer):
    """Of the vision model."""


_KINDS = {
    Kosmos2TextBlock: RecomputedTextBlock,
    Kosmos2VisionEncoderLayer: RecomputedVisionLayer,
}


def recompute_layers(modules: Iterable[nn.Module], enabled: bool) -> None:
    """Let the layers among some modules be of one kind or the other; their weights stay."""
    wanted = _KINDS if enabled else {again: plain for plain, again in _KINDS.items()}
    for module in modules:
        module.__class__ = wanted.get(type(module), type(module))
