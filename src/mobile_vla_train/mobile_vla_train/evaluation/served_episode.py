# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""One recorded episode through the policy as it is served: frame by frame."""

from __future__ import annotations

import time
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
import torch

from mobile_vla_core.instruction import mirror_instruction
from mobile_vla_core.policies.streaming import StreamingPolicy

from ..data.cache import CachedEpisode, FrameCache
from ..data.dataset import future_actions
from ..validation.metrics import EpisodePredictions

COMPARED = 16
"""Frames at the start of an episode for which serving is compared with training's way."""


class ServedEpisode(NamedTuple):
    """What a policy said about an episode, and how long it took."""

    predictions: EpisodePredictions
    latencies: NDArray[np.float64]
    """From a frame to its chunk, shape (T,) [s]."""
    batch_difference: float
    """Largest difference to the outputs for the same frames in one batch, as in training."""


def serve_episode(
    policy: StreamingPolicy, cache: FrameCache, episode: CachedEpisode
) -> ServedEpisode:
    """Drive through an episode under its instruction, and again under the swapped one."""
    frames = cache.frames[episode.rows]
    stamps = cache.stamps[episode.rows]
    predicted, latencies, outputs = _stream(policy, frames, stamps, episode.instruction)
    other = mirror_instruction(episode.instruction)
    swapped = None
    if other != episode.instruction:
        swapped = _stream(policy, frames, stamps, other)[0]
    recorded, valid = future_actions(
        cache.actions[episode.rows], np.arange(episode.length), policy.card.chunk
    )
    predictions = EpisodePredictions(
        scenario=episode.scenario,
        predicted=predicted,
        swapped=swapped,
        recorded=recorded,
        valid=valid,
        name=episode.name,
        instruction=episode.instruction,
    )
    difference = _batch_difference(policy, frames, episode.instruction, outputs)
    return ServedEpisode(predictions, latencies, difference)


def _stream(
    policy: StreamingPolicy,
    frames: NDArray[np.uint8],
    stamps: NDArray[np.float64],
    instruction: str,
) -> tuple[NDArray[np.float32], NDArray[np.float64], list[torch.Tensor]]:
    policy.reset(instruction)
    chunks, latencies, outputs = [], [], []
    for t, (frame, stamp) in enumerate(zip(frames, stamps.tolist(), strict=True)):
        began = time.perf_counter()
        policy.observe(frame, stamp)
        chunks.append(policy.predict().actions)
        latencies.append(time.perf_counter() - began)
        if t < COMPARED:
            outputs.append(_joined(policy.output()))
    return np.stack(chunks), np.array(latencies), outputs


def _batch_difference(
    policy: StreamingPolicy,
    frames: NDArray[np.uint8],
    instruction: str,
    outputs: list[torch.Tensor],
) -> float:
    network = policy.network
    device = next(network.parameters()).device
    clip = torch.from_numpy(np.array(frames[: len(outputs)])).permute(0, 3, 1, 2)[None]
    with torch.inference_mode():
        batch = _joined(network(clip.to(device), network.tokenize([instruction]).to(device)))
    return float((batch - torch.cat(outputs)).abs().max())


def _joined(output: tuple[torch.Tensor, torch.Tensor]) -> torch.Tensor:
    """Put velocities and logits of windows into one row each."""
    return torch.cat([part.float().flatten(1) for part in output], dim=1).cpu()
