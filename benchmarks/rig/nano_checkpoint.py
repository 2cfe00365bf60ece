# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""Checkpoints of the nano policy with random weights, as small or as slow as wanted."""

from __future__ import annotations

from pathlib import Path
import time

import numpy as np
import torch

from mobile_vla_core.action_space import ActionCodec, ActionType
from mobile_vla_core.checkpoint import load_policy, save_policy
from mobile_vla_core.images import Preprocessing
from mobile_vla_core.policies.nano import NanoConfig, NanoNetwork
from mobile_vla_core.policy_card import PolicyCard

STEP_PERIOD = 0.1
INSTRUCTION = 'go left'
_WARM, _MEASURED = 2, 5
_TRIES = 6


def save_nano(directory: Path, width: float = 1.0) -> Path:
    """
    Write a checkpoint of a policy that always moves.

    :param width: factor on the channels of the convolutions
    """
    torch.manual_seed(1)
    channels = tuple(max(1, round(width * count)) for count in NanoConfig.channels)
    network = NanoNetwork(NanoConfig(channels=channels))
    with torch.no_grad():
        kinds = network.head.action_type.bias.view(network.chunk, -1)
        kinds.zero_()[:, ActionType.MOVEMENT] = 100.0
    card = PolicyCard(
        architecture='nano',
        network=network.config,
        window=network.window,
        chunk=network.chunk,
        step_period=STEP_PERIOD,
        preprocessing=Preprocessing(),
        codec=ActionCodec(scale=(0.5, 0.25, 0.5), limits=((-1, 1), (-0.5, 0.5), (-1, 1))),
        cameras=['front'],
        instructions=[INSTRUCTION],
        data_fingerprint='0' * 64,
        software='benchmark',
    )
    return save_policy(directory, network, card)


def save_slow_nano(directory: Path, cpu_ms: float) -> float:
    """
    Write a checkpoint whose inference takes about so much CPU time, and return what it takes.

    :param cpu_ms: wanted [ms]
    """
    width = 8.0
    for _ in range(_TRIES):
        found = inference_cpu_ms(save_nano(directory, width))
        if abs(found / cpu_ms - 1.0) < 0.07:
            break
        width *= (cpu_ms / found) ** 0.5  # Convolutions cost the square of their width.
    return found


def inference_cpu_ms(checkpoint: Path) -> float:
    """Return the CPU time of an inference of a checkpoint in this process [ms]."""
    policy = load_policy(checkpoint)
    size = (policy.card.preprocessing.height, policy.card.preprocessing.width, 3)
    frame = np.random.default_rng(0).integers(0, 255, size, dtype=np.uint8)
    policy.reset(INSTRUCTION)
    for turn in range(_WARM + _MEASURED):
        if turn == _WARM:
            start = time.process_time()
        policy.observe(frame, STEP_PERIOD * turn)
        policy.predict()
    return (time.process_time() - start) * 1e3 / _MEASURED
