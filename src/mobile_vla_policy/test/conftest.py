# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""What several test modules need: a small real checkpoint."""

from pathlib import Path

import pytest

INSTRUCTIONS = ('go left', 'go right')


def save_checkpoint(directory: Path, *, stops: bool = False) -> Path:
    """Save a nano policy with random weights that always moves, or always says stop."""
    import torch

    from mobile_vla_core.action_space import ActionCodec, ActionType
    from mobile_vla_core.checkpoint import save_policy
    from mobile_vla_core.images import Preprocessing
    from mobile_vla_core.policies.nano import NanoConfig, NanoNetwork
    from mobile_vla_core.policy_card import PolicyCard

    torch.manual_seed(1)
    network = NanoNetwork(NanoConfig())
    with torch.no_grad():
        kinds = network.head.action_type.bias.view(network.chunk, -1)
        kinds.zero_()[:, ActionType.STOP if stops else ActionType.MOVEMENT] = 100.0
        network.head.velocity.bias.view(network.chunk, -1)[:, 0] = 0.5
    limits = ((-1.0, 1.0), (-0.5, 0.5), (-1.0, 1.0))
    card = PolicyCard(
        architecture='nano',
        network=network.config,
        window=network.window,
        chunk=network.chunk,
        step_period=0.1,
        preprocessing=Preprocessing(),
        codec=ActionCodec(scale=(0.5, 0.25, 0.5), limits=limits),
        cameras=['front'],
        instructions=list(INSTRUCTIONS),
        data_fingerprint='0' * 64,
        software='test',
    )
    return save_policy(directory, network, card)


@pytest.fixture(scope='session')
def checkpoint(tmp_path_factory) -> Path:
    return save_checkpoint(tmp_path_factory.mktemp('policy') / 'checkpoint')


@pytest.fixture(scope='session')
def still_checkpoint(tmp_path_factory) -> Path:
    return save_checkpoint(tmp_path_factory.mktemp('policy') / 'still', stops=True)
