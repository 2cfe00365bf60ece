# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""Checkpoints that are whole, and some that are not: real networks, with real weights."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
import shutil

INSTRUCTIONS = ('go left', 'go right', 'go nowhere')
UNSEEN = 'fetch a beer'
POISON = 'go nowhere'
"""With this instruction the network predicts NaN."""


def save_good(directory: Path) -> Path:
    """Save a nano policy that always moves, except by the poisoned word."""
    import torch

    from mobile_vla_core.action_space import ActionCodec, ActionType
    from mobile_vla_core.checkpoint import save_policy
    from mobile_vla_core.images import Preprocessing
    from mobile_vla_core.instruction import hash_words
    from mobile_vla_core.policies.nano import NanoConfig, NanoNetwork
    from mobile_vla_core.policy_card import PolicyCard

    torch.manual_seed(1)
    config = NanoConfig()
    network = NanoNetwork(config)
    _, poisoned = hash_words(POISON, config.word_buckets)
    with torch.no_grad():
        network.head.action_type.bias.view(network.chunk, -1)[:, ActionType.MOVEMENT] = 100.0
        network.head.velocity.bias.view(network.chunk, -1)[:, 0] = 2.0
        network.instruction_encoder.words.weight[poisoned] = float('nan')
    card = PolicyCard(
        architecture='nano',
        network=network.config,
        window=network.window,
        chunk=network.chunk,
        step_period=0.1,
        preprocessing=Preprocessing(),
        codec=ActionCodec((0.5, 0.25, 0.5), ((-1.0, 1.0), (-0.5, 0.5), (-1.0, 1.0))),
        cameras=['front'],
        camera_width=160,
        camera_height=90,
        camera_encoding='rgb8',
        instructions=list(INSTRUCTIONS),
        data_fingerprint='0' * 64,
        software='fault suite',
    )
    return save_policy(directory, network, card)


def save_huge(good: Path, directory: Path) -> Path:
    """Save the same network with a huge velocity."""
    import torch

    from mobile_vla_core.checkpoint import load_policy, save_policy

    policy = load_policy(good)
    with torch.no_grad():
        policy.network.head.velocity.bias.fill_(1e6)
    return save_policy(directory, policy.network, replace(policy.card, weights_sha256=''))


def copy_of_another_schema(good: Path, directory: Path) -> Path:
    """Copy it, with the driving card of another program."""
    shutil.copytree(good, directory)
    card = directory / 'policy.yaml'
    text = card.read_text()
    card.write_text(text.replace('schema: mobile_vla_policy', 'schema: another_policy', 1))
    return directory


def copy_tampered(good: Path, directory: Path) -> Path:
    """Copy it, and change one byte of the weights."""
    shutil.copytree(good, directory)
    weights = directory / 'model.safetensors'
    data = bytearray(weights.read_bytes())
    data[-1] ^= 1
    weights.write_bytes(data)
    return directory
