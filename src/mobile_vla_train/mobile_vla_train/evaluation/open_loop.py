# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""Score a checkpoint on a folder of episodes, open loop."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch

from mobile_vla_core.episodes.folder import find_episodes
from mobile_vla_core.errors import EpisodeError
from mobile_vla_core.policies.streaming import StreamingPolicy

from ..data.cache import CachedEpisode, FrameCache, open_uncached
from ..validation.baselines import BaselineReference
from ..validation.metrics import OpenLoopMetrics
from ..validation.verdict import verdicts
from .provenance import Provenance
from .served_episode import serve_episode, ServedEpisode

SAME = {'single': 1e-4, 'half': 0.1}
"""Largest difference between serving and a batch that rounding explains, by number format."""
NOT_SUCCESS = (
    'Open loop: the policy saw recorded frames and its commands moved nothing. A low error is no '
    'success at driving; measure that in closed loop (mobile_vla_sim evaluate, or the robot).'
)


@dataclass(frozen=True)
class OpenLoopResult:
    """Everything that the report shows."""

    metrics: dict[str, Any]
    """As written to metrics.json."""
    scored: OpenLoopMetrics
    episodes: list[ServedEpisode]
    """The scored ones, worst first."""
    cache: FrameCache


def evaluate_open_loop(
    policy: StreamingPolicy,
    checkpoint: Path,
    data: Path,
    *,
    only_held_out: bool = False,
    progress: Callable[[Sequence[CachedEpisode]], Sequence[CachedEpisode]] = lambda x: x,
) -> OpenLoopResult:
    """
    Serve every episode frame by frame and score it.

    Episodes that were trained on are scored apart; the headline is about the others, when there
    are any. Baselines are made from the episodes trained on that are in the folder, else from
    the scored ones, where an episode is never compared with itself.

    :param checkpoint: where `policy` came from
    :param only_held_out: leave out episodes that were trained on
    :raises EpisodeError: if no episode is left to score
    """
    # TF32 rounds to ten bits, and differently for one frame than for a batch.
    torch.set_float32_matmul_precision('highest')
    torch.backends.cudnn.allow_tf32 = False
    card = policy.card
    camera = card.cameras[0] if card.cameras else ''
    cache = open_uncached(
        find_episodes(data), card.preprocessing, camera=camera, step_period=card.step_period
    )
    provenance = Provenance.of(checkpoint, card, cache.data_fingerprint)
    names = sorted({episode.name for episode in cache.episodes})
    held_out, trained = provenance.split(names)
    chosen = held_out if only_held_out else names
    if not chosen:
        raise EpisodeError(
            f'the policy was trained on all {len(names)} episodes in {data}: give new ones, or '
            f'leave out --held-out'
        )
    reference = BaselineReference.of_cache(cache, cache.select(trained or chosen))
    served = [serve_episode(policy, cache, e) for e in progress(cache.select(chosen))]
    groups = {'scored': OpenLoopMetrics(reference), 'trained_on': OpenLoopMetrics(reference)}
    scored = []
    for episode in served:
        known = bool(held_out) and episode.predictions.name in set(trained)
        groups['trained_on' if known else 'scored'].add(episode.predictions)
        scored += [] if known else [episode]
    validation = groups['scored'].summary()
    difference = float(np.max([episode.batch_difference for episode in served]))  # NaN stays NaN
    half = next(policy.network.parameters()).element_size() < 4
    metrics = {
        'open_loop': NOT_SUCCESS,
        'checkpoint': {
            'path': str(checkpoint),
            'architecture': card.architecture,
            'weights_sha256': card.weights_sha256,
            'data_fingerprint': card.data_fingerprint,
        },
        'data': {
            'path': str(data),
            'data_fingerprint': cache.data_fingerprint,
            'provenance': provenance.describe(names),
            'scored': list(dict.fromkeys(episode.predictions.name for episode in scored)),
            'trained_on': trained,
            'baselines_from': 'the episodes trained on' if trained else 'the scored episodes',
        },
        'verdicts': verdicts(validation),
        'validation': validation,
        'latency': _latency(np.concatenate([episode.latencies[1:] for episode in served])),
        'serving_equals_batch': {
            'largest_difference': difference,
            'tolerance': SAME['half' if half else 'single'],
            'equal': difference <= SAME['half' if half else 'single'],
        },
    }
    if groups['trained_on'].episodes:
        metrics['on_training_episodes'] = groups['trained_on'].summary()
    worst = sorted(scored, key=lambda episode: -episode.predictions.error)
    return OpenLoopResult(metrics, groups['scored'], worst, cache)


def _latency(seconds: np.ndarray) -> dict[str, float]:
    """Summarise the time from a frame to its chunk [ms]; the first frames of drives are out."""
    if len(seconds) == 0:
        return {'frames': 0}
    milliseconds = seconds * 1e3
    return {
        'frames': len(seconds),
        'mean_ms': float(milliseconds.mean()),
        **{f'p{q}_ms': float(np.percentile(milliseconds, q)) for q in (50, 95, 99)},
        'max_ms': float(milliseconds.max()),
    }
