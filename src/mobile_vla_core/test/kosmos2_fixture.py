# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""A small real Kosmos-2 with random weights that do see the picture, and its tokenizer."""

from string import ascii_letters

import numpy as np
from tokenizers import AddedToken, Tokenizer
from tokenizers.models import Unigram
from tokenizers.pre_tokenizers import Metaspace
import torch
from torch import nn

from mobile_vla_core.action_space import ActionCodec
from mobile_vla_core.images import Preprocessing
from mobile_vla_core.policies.kosmos2 import Kosmos2LstmNetwork
from mobile_vla_core.policies.prompt_tokenizer import SPECIAL_TOKENS, TAGS
from mobile_vla_core.policy_card import PolicyCard

PIXELS, WINDOW, CHUNK, WIDTH = 28, 4, 3, 32
BACKBONE = {
    'text': {
        'vocab_size': 320,
        'embed_dim': WIDTH,
        'layers': 2,
        'ffn_dim': 64,
        'attention_heads': 4,
        'dropout': 0.0,
        'attention_dropout': 0.0,
    },
    'vision': {
        'hidden_size': 32,
        'intermediate_size': 64,
        'num_hidden_layers': 2,
        'num_attention_heads': 4,
        'image_size': PIXELS,
    },
    'latent_query_num': 4,
}
SETTINGS = {
    'window': WINDOW,
    'chunk': CHUNK,
    'height': PIXELS,
    'width': PIXELS,
    'lstm_layers': 2,
    'lstm_dim': 16,
    'backbone': BACKBONE,
}


def small_kosmos2(seed: int = 0, **settings) -> Kosmos2LstmNetwork:
    """Return a network of every class that the large one has, in evaluation mode."""
    torch.manual_seed(seed)
    network = Kosmos2LstmNetwork.from_config({**SETTINGS, **settings})
    shake(network)
    return network.eval()


@torch.no_grad()
def shake(network: nn.Module) -> None:
    """
    Give every weight a size at which the signal of the picture reaches the output.

    With the weights that transformers begins with, a feature hardly depends on the picture, and
    a comparison of features would succeed for any frame.
    """
    for name, parameter in network.named_parameters():
        if parameter.ndim > 1:
            # The text model multiplies its embeddings by the root of their width itself.
            embedding = 'embed_tokens' in name or 'position_embedding' in name
            rows = parameter.shape[-1] if embedding else parameter[0].numel()
            parameter.normal_(std=rows**-0.5)
        elif 'norm' in name or 'inner_attn_ln' in name:
            parameter.add_(0.2 * torch.randn_like(parameter))
        else:
            parameter.normal_(std=0.1)
        if name.endswith('image_to_text_projection.dense.weight'):
            parameter.mul_(8.0)  # its input has length 1, whatever the picture is


def card_of(network: Kosmos2LstmNetwork) -> PolicyCard:
    """Return a card that fits the network."""
    return PolicyCard(
        architecture='kosmos2_lstm',
        network=network.config,
        window=network.window,
        chunk=network.chunk,
        step_period=0.1,
        preprocessing=Preprocessing(height=PIXELS, width=PIXELS),
        codec=ActionCodec((0.5, 0.25, 0.25), ((-0.5, 1.0), (-0.5, 0.5), (-1.0, 1.0))),
        instructions=['go left'],
        software='test',
    )


def random_frames(count: int, seed: int = 0) -> np.ndarray:
    """Return frames, shape (count, PIXELS, PIXELS, 3) uint8."""
    generator = np.random.default_rng(seed)
    return generator.integers(0, 256, (count, PIXELS, PIXELS, 3), dtype=np.uint8)


def as_clips(frames: np.ndarray) -> torch.Tensor:
    """Return one clip, shape (1, T, 3, PIXELS, PIXELS)."""
    return torch.from_numpy(frames).permute(0, 3, 1, 2)[None]


def unigram_tokenizer(tags: bool = True) -> Tokenizer:
    """Return a tokenizer of Kosmos-2's kind: pieces of words, in which ▁ begins a word."""
    text = 'An image of a robot go left right around the box'
    words = [f'▁{word}' for word in ('', *text.split())]
    pieces = [(name, 0.0) for name in SPECIAL_TOKENS]
    pieces += [(word, -1.0) for word in words] + [(letter, -5.0) for letter in ascii_letters]
    tokenizer = Tokenizer(Unigram(pieces, unk_id=SPECIAL_TOKENS.index('<unk>')))
    tokenizer.pre_tokenizer = Metaspace()
    tokenizer.add_special_tokens([AddedToken(t, normalized=False) for t in SPECIAL_TOKENS])
    if tags:
        tokenizer.add_tokens([AddedToken(t, lstrip=True, normalized=False) for t in TAGS])
    return tokenizer
