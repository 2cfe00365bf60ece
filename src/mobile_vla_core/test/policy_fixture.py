# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""A small real policy with random weights, for the tests of policies and checkpoints."""

import numpy as np
import torch

from mobile_vla_core.action_space import ActionCodec
from mobile_vla_core.images import Preprocessing
from mobile_vla_core.policies.nano import NanoConfig, NanoNetwork
from mobile_vla_core.policy_card import PolicyCard

HEIGHT, WIDTH, WINDOW, CHUNK = 24, 32, 4, 3


def small_network(seed: int = 0) -> NanoNetwork:
    """Return a nano with every layer, but few pixels and channels."""
    torch.manual_seed(seed)
    config = NanoConfig(
        window=WINDOW,
        chunk=CHUNK,
        height=HEIGHT,
        width=WIDTH,
        channels=(4, 8, 8, 8),
        feature_dim=16,
        hidden_dim=16,
    )
    network = NanoNetwork(config)
    with torch.no_grad():  # so that the instruction also steers the convolutions
        for film in network.image_encoder.films:
            film.weight.normal_(std=0.3)
    return network.eval()


def card_of(network: NanoNetwork) -> PolicyCard:
    """Return a card that fits the network."""
    return PolicyCard(
        architecture='nano',
        network=network.config,
        window=network.window,
        chunk=network.chunk,
        step_period=0.1,
        preprocessing=Preprocessing(height=HEIGHT, width=WIDTH),
        codec=ActionCodec((0.5, 0.25, 0.25), ((-0.5, 1.0), (-0.5, 0.5), (-1.0, 1.0))),
        cameras=['front'],
        instructions=['go left', '왼쪽으로 가'],
        data_fingerprint='ab' * 32,
        software='test',
    )


def random_frames(count: int, seed: int = 0) -> np.ndarray:
    """Return frames, shape (count, HEIGHT, WIDTH, 3) uint8."""
    generator = np.random.default_rng(seed)
    return generator.integers(0, 256, (count, HEIGHT, WIDTH, 3), dtype=np.uint8)
