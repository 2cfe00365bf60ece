# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""The large policy: Kosmos-2 (arXiv 2306.14824) sees each frame, an LSTM sees the window."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import torch
from torch import nn, Tensor
from torch.nn import functional
from transformers import Kosmos2Model
from transformers.initialization import no_init_weights
from transformers.models.kosmos2.modeling_kosmos2 import (
    Kosmos2TextBlock,
    Kosmos2VisionEncoderLayer,
)

from ..action_space import ACTION_TYPES
from ..errors import ConfigError
from .kosmos2_config import backbone_deviations, Kosmos2LstmConfig, SLOT
from .network import HEAD, PolicyNetwork, PolicyOutput, PROJECTION, TEXT, VISION
from .pretrained import read_config, read_tokenizer, read_weights
from .prompt_tokenizer import byte_tokenizer, PromptTokenizer, TOKENIZER_FILE
from .recomputed_layer import recompute_layers
from .window_head import WindowHead

PIXEL_MEAN = (0.48145466, 0.4578275, 0.40821073)
PIXEL_STD = (0.26862954, 0.26130258, 0.27577711)
"""Red, green, blue of CLIP, whose vision model Kosmos-2 began with; for pixels from 0 to 1."""


class ActionToken(nn.Module):
    """The learnt token that stands after the prompt and becomes the frame's feature."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.embedding = nn.Parameter(torch.zeros(width))


class Kosmos2LstmNetwork(PolicyNetwork):
    """
    One frame is one sequence: `<s>`, the image, the prompt, the action token.

    The action token stands directly after the last real token, so nothing depends on how long
    the other prompts of a batch are. Attention is causal: padding and `</s>`, which the original
    put after it, cannot change its hidden state. The language head is never built.

    :param config: shape of the network
    :param tokenizer: a tokenizer.json; None makes the one of bytes, for random weights
    """

    def __init__(self, config: Kosmos2LstmConfig, tokenizer: bytes | None = None) -> None:
        super().__init__(config.window, config.chunk)
        self._config = config
        backbone = config.backbone_config()
        width = backbone.text_config.embed_dim
        self._tokenizer = PromptTokenizer(
            tokenizer or byte_tokenizer(), backbone.text_config.vocab_size
        )
        self.backbone = Kosmos2Model(backbone)
        self.action_token = ActionToken(width)
        original = config.head == 'original'
        self.head = WindowHead(
            width,
            config.lstm_dim,
            config.lstm_layers,
            config.chunk,
            config.velocity_bound if original or config.velocity == 'tanh' else None,
            1 if original else ACTION_TYPES,
        )
        std = torch.tensor(PIXEL_STD, dtype=torch.float32)[:, None, None]
        mean = torch.tensor(PIXEL_MEAN, dtype=torch.float32)[:, None, None]
        self.register_buffer('pixel_gain', 1.0 / (255.0 * std), persistent=False)
        self.register_buffer('pixel_shift', mean / std, persistent=False)

    @classmethod
    def from_config(
        cls, values: Mapping[str, Any], assets: Mapping[str, bytes] | None = None
    ) -> Kosmos2LstmNetwork:
        """
        Build with fresh weights.

        :raises ConfigError: if a key is unknown, or there are assets without a tokenizer
        """
        config = Kosmos2LstmConfig.from_values(values)
        if assets is None:
            return cls(config)
        if TOKENIZER_FILE not in assets:
            raise ConfigError(f'kosmos2_lstm needs {TOKENIZER_FILE}, found {sorted(assets)}')
        return cls(config, assets[TOKENIZER_FILE])

    @classmethod
    def empty(
        cls, values: Mapping[str, Any], assets: Mapping[str, bytes] | None = None
    ) -> Kosmos2LstmNetwork:
        with no_init_weights():
            return cls.from_config(values, assets)

    @property
    def config(self) -> dict[str, Any]:
        return self._config.to_values()

    def assets(self) -> dict[str, bytes]:
        return {TOKENIZER_FILE: self._tokenizer.content}

    def parts(self) -> dict[str, nn.Module]:
        return {
            VISION: self.backbone.vision_model,
            TEXT: self.backbone.text_model,
            PROJECTION: self.backbone.image_to_text_projection,
            HEAD: nn.ModuleList([self.action_token, self.head]),
        }

    def layer_classes(self) -> tuple[type[nn.Module], ...]:
        return (Kosmos2TextBlock, Kosmos2VisionEncoderLayer)

    def set_gradient_checkpointing(self, enabled: bool) -> None:
        recompute_layers(self.modules(), enabled)

    def load_backbone(self, source: str) -> None:
        """
        Take over Kosmos-2 as others trained it, with its tokenizer and its shape.

        :param source: name on the model hub such as microsoft/kosmos-2-patch14-224, or a folder
            that `save_pretrained` wrote
        :raises ConfigError: if it cannot be reached, or its features are of another width than
            this network's head takes
        """
        backbone = read_config(source)
        width, expected = backbone.text_config.embed_dim, len(self.action_token.embedding)
        if width != expected:
            raise ConfigError(
                f'pretrained "{source}" has features of width {width}, the head takes '
                f'{expected}: set policy.network.backbone.text.embed_dim to {width}'
            )
        config = replace(self._config, backbone=backbone_deviations(backbone))
        tokenizer = PromptTokenizer(read_tokenizer(source), backbone.text_config.vocab_size)
        weight = self.backbone.get_input_embeddings().weight
        del self.backbone  # so that two large models are never in memory together
        self.backbone = read_weights(source, backbone, weight.dtype)
        self.backbone.to(weight.device).train(self.training)
        self._config, self._tokenizer = config, tokenizer

    def tokenize(self, instructions: Sequence[str]) -> Tensor:
        rows = [
            self._tokenizer.encode(
                self._config.prompt.replace(SLOT, text.strip()), self._config.max_text
            )
            for text in instructions
        ]
        longest = max(len(row) for row in rows)
        return torch.tensor([row + [self._tokenizer.pad] * (longest - len(row)) for row in rows])

    def encode(self, frames: Tensor, tokens: Tensor) -> Tensor:
        pixels = frames.to(self.pixel_gain.dtype) * self.pixel_gain - self.pixel_shift
        # The embedding scales all of these itself, the image and the action token too.
        image = self.backbone.get_image_features(pixels).pooler_output
        prompt = functional.pad(tokens, (1, 1), value=self._tokenizer.pad)
        prompt[:, 0] = self._tokenizer.bos
        words = self.backbone.get_input_embeddings()(prompt)
        row = torch.cat([words[:, :1], image.to(words.dtype), words[:, 1:]], dim=1)
        places = torch.arange(row.shape[1], device=row.device)
        last = image.shape[1] + (prompt != self._tokenizer.pad).sum(dim=1)
        here = (places == last[:, None])[..., None]
        hidden = self.backbone.text_model(
            inputs_embeds=torch.where(here, self.action_token.embedding.to(row.dtype), row),
            attention_mask=places <= last[:, None],
            use_cache=False,
        ).last_hidden_state
        chosen = hidden[torch.arange(len(hidden), device=hidden.device), last]
        return chosen.to(self.action_token.embedding.dtype)

    def act(self, features: Tensor) -> PolicyOutput:
        return self.head(features)
