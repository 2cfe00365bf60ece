# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""How much memory training will take, said before it runs out."""

from __future__ import annotations

import os
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from mobile_vla_core.policies.network import HEAD, PolicyNetwork, PROJECTION, TEXT, VISION

from ..config import TrainConfig
from .finding import Finding, Level

TIGHT = 0.85
"""Share of the memory above which fragmentation and buffers may not fit."""
MOMENT_BYTES = {'adamw': 8.0, 'adamw8bit': 2.0, 'paged_adamw8bit': 0.0}
"""Of AdamW's two moments, for each trained number; paged ones may lie in host memory [bytes]."""
GIB = 2.0**30


class MemoryEstimate(NamedTuple):
    """What one device holds at the end of a forward pass, or in validation [bytes]."""

    weights: float
    gradients: float
    optimiser: float
    average: float
    """The running mean of the weights."""
    casts: float
    """Copies of weights in bfloat16 that autocast keeps for the backward pass."""
    activations: float
    validation: float = 0.0
    """What validating the longest episode needs in place of the activations."""

    @property
    def total(self) -> float:
        """The most that is held at once."""
        return float(sum(self.largest().values()))

    def largest(self) -> dict[str, float]:
        """Return what is held when most is: in training, or in validation."""
        parts = self._asdict()
        del parts['activations' if self.validation > self.activations else 'validation']
        return parts

    def findings(self, available: float, device: str) -> list[Finding]:
        """Compare with what a device has [bytes]."""
        if self.total <= TIGHT * available:
            return []
        level = Level.ERROR if self.total > available else Level.WARNING
        peak = self.largest()
        clips = 'lower data.clips_per_batch (and raise optimiser.accumulate), set '
        if 'validation' in peak:
            clips = 'lower data.clip_length, which is also what validation encodes at once, set '
        text = (
            f'training needs about {self.total / GIB:.1f} GiB, {device} has '
            f'{available / GIB:.1f} GiB: {clips}tuning.gradient_checkpointing=true, or '
            f'tuning.mode=lora or frozen'
        )
        return [Finding(level, 'memory', text)]


def estimate_memory(
    network: PolicyNetwork, config: TrainConfig, instruction: str, longest: int = 0
) -> MemoryEstimate:
    """
    Add up what one process will hold.

    Weights and gradients take 4 bytes each (2 in bf16-true), AdamW's moments twice that; a
    sharding strategy divides these by the number of processes. Activations are computed for
    Kosmos-2 (`kosmos2_activations`) and measured on one clip for other networks. The CUDA
    context, fragmentation and buffers of communication come on top: about 1 to 2 GiB.

    :param instruction: for the number of tokens
    :param longest: frames of the longest episode that is validated
    """
    ranks = config.devices * config.nodes
    shards = 1 if config.strategy in ('auto', 'ddp') else ranks
    width = 2.0 if config.precision == 'bf16-true' else 4.0
    parameters = list(network.parameters())
    total = float(sum(p.numel() for p in parameters))
    trained = float(sum(p.numel() for p in parameters if p.requires_grad))
    # Autocast keeps copies of trained matrices; the backward pass through a frozen layer needs its
    # copy too, unless the layer is computed again.
    through = bool(trained) and not config.tuning.gradient_checkpointing
    matrices = float(
        sum(p.numel() for p in parameters if p.ndim > 1 and (p.requires_grad or through))
    )
    mixed = config.precision == 'bf16-mixed'
    clips = config.data.clips_per_batch / ranks
    return MemoryEstimate(
        weights=total * width / shards,
        gradients=trained * width / shards,
        optimiser=trained * MOMENT_BYTES[config.optimiser.kind] * (width / 4.0) / shards,
        average=total * width if config.optimiser.average_decay else 0.0,
        casts=matrices * 2.0 / shards if mixed else 0.0,
        activations=_activations(network, config, instruction, clips),
        validation=_validation(network, config, instruction, longest),
    )


def _activations(
    network: PolicyNetwork, config: TrainConfig, instruction: str, clips: float
) -> float:
    if config.policy.architecture != 'kosmos2_lstm':
        return measured_activations(network, config.data.clip_length, instruction) * clips
    return kosmos2_activations(
        network,
        frames=clips * config.data.clip_length,
        tokens=network.tokenize([instruction]).shape[1],
        half=config.precision != '32-true',
        checkpointing=config.tuning.gradient_checkpointing,
    )


def _validation(
    network: PolicyNetwork, config: TrainConfig, instruction: str, longest: int
) -> float:
    """Count a whole episode's frames, their features, and the work on as many as a clip has."""
    values, block = network.config, min(longest, config.data.clip_length)
    frames = 3.0 * values['height'] * values['width'] * longest
    if config.policy.architecture != 'kosmos2_lstm':
        return frames + measured_activations(network, block, instruction) if block else 0.0
    text = network.backbone.config.text_config
    layers = kosmos2_layers(
        network,
        frames=block,
        tokens=network.tokenize([instruction]).shape[1],
        half=config.precision != '32-true',
    )
    pixels = 3.0 * values['height'] * values['width'] * 4.0 * block
    features = 4.0 * text.embed_dim * longest
    return frames + pixels + features + max(layer.whole for layer in layers.values())


class LayerMemory(NamedTuple):
    """What the layers of one part of Kosmos-2 keep [bytes]."""

    input: float
    """Of one layer."""
    whole: float
    """All that one layer computes and its backward pass needs."""
    count: int


def kosmos2_layers(
    network: PolicyNetwork, *, frames: float, tokens: int, half: bool
) -> dict[str, LayerMemory]:
    """
    Compute what one layer of vision and one of text keep for the backward pass.

    For each token, a layer of width h with a feed-forward of r h keeps (9 + 3 r) h numbers in the
    vision model and (12 + 3 r) h in the text model, which has two more normalisations. Matrices
    of attention are not kept by fused attention.

    :param frames: encoded at once
    :param tokens: of the prompt, without the `<s>` and the action token
    """
    backbone = network.backbone.config
    text, vision = backbone.text_config, backbone.vision_config
    patches = (vision.image_size // vision.patch_size) ** 2 + 1
    row = tokens + 2 + backbone.latent_query_num
    found = {}
    for name, length, width, inner, count, own in (
        (
            VISION,
            patches,
            vision.hidden_size,
            vision.intermediate_size,
            vision.num_hidden_layers,
            9,
        ),
        (TEXT, row, text.embed_dim, text.ffn_dim, text.layers, 12),
    ):
        unit = length * frames * width * (2.0 if half else 4.0)
        found[name] = LayerMemory(unit, unit * (own + 3.0 * inner / width), count)
    return found


def kosmos2_activations(
    network: PolicyNetwork, *, frames: float, tokens: int, half: bool, checkpointing: bool
) -> float:
    """
    Compute what the layers of Kosmos-2 keep for the backward pass [bytes].

    Counted from the layers in transformers' modeling_kosmos2.py, in the manner of Korthikanti et
    al. 2022 (arXiv 2205.05198, section 4), see `kosmos2_layers`; the image's projection keeps 3 h
    for each patch and latent. With checkpointing each layer keeps its input, and one layer is
    whole at a time. A part keeps nothing when neither it nor anything before it is trained.

    :param frames: b, frames of a batch on one device
    :param tokens: of the prompt, without the `<s>` and the action token
    """
    backbone = network.backbone.config
    vision, text = backbone.vision_config, backbone.text_config
    trained = {
        name: any(p.requires_grad for p in part.parameters())
        for name, part in network.parts().items()
    }
    seen = trained[VISION]
    spoken = seen or trained[PROJECTION] or trained[TEXT] or trained[HEAD]  # the action token
    kept = 3.0 * vision.image_size**2 * 4.0 * frames if seen else 0.0  # pixels
    if seen or trained[PROJECTION]:
        patches = (vision.image_size // vision.patch_size) ** 2 + 1
        rows = (patches + backbone.latent_query_num) * frames
        kept += 3.0 * rows * text.embed_dim * (2.0 if half else 4.0)
    layers = kosmos2_layers(network, frames=frames, tokens=tokens, half=half)
    for counts, layer in ((seen, layers[VISION]), (spoken, layers[TEXT])):
        every = layer.input * layer.count + layer.whole
        kept += (every if checkpointing else layer.whole * layer.count) if counts else 0.0
    return kept


def measured_activations(network: PolicyNetwork, clip_length: int, instruction: str) -> float:
    """Run one clip forward and add up the tensors kept for the backward pass [bytes]."""
    own = {p.untyped_storage().data_ptr() for p in network.parameters()}
    kept: dict[int, int] = {}

    def note(tensor: Tensor) -> Tensor:
        storage = tensor.untyped_storage()
        if storage.data_ptr() not in own:
            kept[storage.data_ptr()] = storage.nbytes()
        return tensor

    config = network.config
    clip = torch.zeros(1, clip_length, 3, config['height'], config['width'], dtype=torch.uint8)
    device = next(network.parameters()).device
    with torch.autograd.graph.saved_tensors_hooks(note, lambda tensor: tensor):
        output = network(clip.to(device), network.tokenize([instruction]).to(device))
    del output
    return float(np.sum(list(kept.values())))


def device_memory(accelerator: str) -> tuple[float, str]:
    """Return the memory of the device that will train [bytes], and its name."""
    if accelerator != 'cpu' and torch.cuda.is_available():
        properties = torch.cuda.get_device_properties(0)
        return float(properties.total_memory), properties.name
    total = float(os.sysconf('SC_PHYS_PAGES') * os.sysconf('SC_PAGE_SIZE'))
    limit = Path('/sys/fs/cgroup/memory.max')
    if limit.exists() and (text := limit.read_text().strip()).isdigit():
        total = min(total, float(text))
    return total, 'this machine'
