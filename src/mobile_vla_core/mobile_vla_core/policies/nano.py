# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""The small policy: 1.3 million parameters, trained and served on a CPU."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import torch
from torch import nn, Tensor

from ..errors import ConfigError
from ..instruction import hash_words, PADDING
from .head import ChunkHead
from .network import HEAD, PolicyNetwork, PolicyOutput, TEXT, VISION
from .settings import check_settings

STEM_KERNEL, STEM_STRIDE = 6, 4


@dataclass(frozen=True)
class NanoConfig:
    """Everything that the network's shape follows from."""

    window: int = 8
    """Features that the LSTM sees."""
    chunk: int = 8
    """Actions predicted at once."""
    height: int = 90
    """Rows of a frame [pixels]."""
    width: int = 160
    """Columns of a frame [pixels]."""
    channels: tuple[int, ...] = (16, 32, 48, 64)
    """Of the four convolutions."""
    feature_dim: int = 192
    """Width of a frame's feature."""
    hidden_dim: int = 192
    """Width of the LSTM's state."""
    word_buckets: int = 1024
    """Different numbers for words, padding included."""
    word_dim: int = 64
    """Width of a word and of the instruction's summary."""
    dropout: float = 0.0
    """Share of the head's input dropped in training."""

    def __post_init__(self) -> None:
        object.__setattr__(self, 'channels', tuple(self.channels))
        object.__setattr__(self, 'dropout', float(self.dropout))
        sizes = {name: value for name, value in vars(self).items() if isinstance(value, int)}
        small = [name for name, value in sizes.items() if value < 1]
        if small or len(self.channels) != 4 or self.word_buckets < 2:
            raise ConfigError(
                f'nano needs sizes >= 1, word_buckets >= 2 and four channels, found {vars(self)}'
            )
        if not 0.0 <= self.dropout < 1.0:
            raise ConfigError(f'nano needs 0 <= dropout < 1, found {self.dropout}')


class ImageEncoder(nn.Module):
    """Four convolutions, the last three steered by the instruction (FiLM, arXiv 1709.07871)."""

    def __init__(self, config: NanoConfig) -> None:
        super().__init__()
        a, b, c, d = config.channels
        self.stem = nn.Conv2d(3, a, STEM_KERNEL, STEM_STRIDE, padding=1)
        self.stages = nn.ModuleList(
            [
                nn.Conv2d(a, b, 3, stride=2, padding=1),
                nn.Conv2d(b, c, 3, stride=1, padding=1),
                nn.Conv2d(c, d, 3, stride=2, padding=1),
            ]
        )
        self.norms = nn.ModuleList([nn.GroupNorm(1, width) for width in (b, c, d)])
        self.films = nn.ModuleList([nn.Linear(config.word_dim, 2 * w) for w in (b, c, d)])
        for film in self.films:
            nn.init.zeros_(film.weight)
            nn.init.zeros_(film.bias)
        with torch.no_grad():
            flat = self._convolve(
                torch.zeros(1, 3, config.height, config.width), torch.zeros(1, config.word_dim)
            ).numel()
        self.project = nn.Linear(flat, config.feature_dim)

    def forward(self, pixels: Tensor, summary: Tensor) -> Tensor:
        return self.project(self._convolve(pixels, summary).flatten(1))

    def _convolve(self, pixels: Tensor, summary: Tensor) -> Tensor:
        maps = torch.relu_(self.stem(pixels))
        for stage, norm, film in zip(self.stages, self.norms, self.films, strict=True):
            gain, shift = film(summary)[:, :, None, None].chunk(2, dim=1)
            maps = torch.relu_(torch.addcmul(shift, norm(stage(maps)), 1.0 + gain))
        return maps


class InstructionEncoder(nn.Module):
    """The mean of the words' embeddings, then a perceptron."""

    def __init__(self, config: NanoConfig) -> None:
        super().__init__()
        self.words = nn.EmbeddingBag(
            config.word_buckets, config.word_dim, mode='mean', padding_idx=PADDING
        )
        self.mix = nn.Sequential(
            nn.Linear(config.word_dim, config.word_dim),
            nn.ReLU(),
            nn.Linear(config.word_dim, config.word_dim),
        )

    def forward(self, tokens: Tensor) -> Tensor:
        return self.mix(self.words(tokens))


class NanoNetwork(PolicyNetwork):
    """Convolutions, hashed words, an LSTM and a chunk of actions."""

    def __init__(self, config: NanoConfig) -> None:
        super().__init__(config.window, config.chunk)
        self._config = config
        self.instruction_encoder = InstructionEncoder(config)
        self.image_encoder = ImageEncoder(config).to(memory_format=torch.channels_last)
        self.join = nn.Linear(config.word_dim, config.feature_dim)
        self.norm = nn.LayerNorm(config.feature_dim)
        self.head = ChunkHead(config.feature_dim, config.hidden_dim, config.chunk, config.dropout)

    @classmethod
    def from_config(
        cls, values: Mapping[str, Any], assets: Mapping[str, bytes] | None = None
    ) -> NanoNetwork:
        """Build from plain values; ConfigError when a key is unknown."""
        check_settings('nano', values, NanoConfig.__dataclass_fields__)
        return cls(NanoConfig(**values))

    @property
    def config(self) -> dict[str, Any]:
        return {**asdict(self._config), 'channels': list(self._config.channels)}

    def tokenize(self, instructions: Sequence[str]) -> Tensor:
        numbers = [hash_words(text, self._config.word_buckets) for text in instructions]
        longest = max(len(row) for row in numbers)
        return torch.tensor([row + [PADDING] * (longest - len(row)) for row in numbers])

    def encode(self, frames: Tensor, tokens: Tensor) -> Tensor:
        summary = self.instruction_encoder(tokens)
        # Channels last: a frame arrives as rows of RGB pixels, so nothing is moved here.
        dtype = self.join.weight.dtype
        pixels = frames.to(dtype, memory_format=torch.channels_last)
        pixels = pixels.sub_(127.5).mul_(1.0 / 64.0)
        feature = torch.relu(self.image_encoder(pixels, summary) + self.join(summary))
        return self.norm(feature.to(self.norm.weight.dtype))

    def parts(self) -> dict[str, nn.Module]:
        return {
            VISION: self.image_encoder,
            TEXT: nn.ModuleList([self.instruction_encoder, self.join]),
            HEAD: nn.ModuleList([self.norm, self.head]),
        }

    def act(self, features: Tensor) -> PolicyOutput:
        return self.head(features)
