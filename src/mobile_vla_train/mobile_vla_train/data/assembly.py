# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""From a configuration to frames, labels and training batches."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from mobile_vla_core.action_space import ActionCodec
from mobile_vla_core.images import Preprocessing
from mobile_vla_core.instruction import mirror_instruction

from ..config import TrainConfig
from ..sections import DataConfig
from .augmentation import ClipAugmentation
from .cache import CachedEpisode, FrameCache, open_cache, open_uncached
from .dataset import ClipDataset
from .paraphrases import Paraphrases
from .weighting import frame_weights
from .window_fit import check_window_fit


def open_data(
    config: DataConfig,
    folder: Path,
    paths: Sequence[Path],
    preprocessing: Preprocessing,
    *,
    progress: Callable[[Sequence[Path]], Sequence[Path]] = lambda paths: paths,
    announce: Callable[[str], None] = lambda text: None,
) -> FrameCache:
    """
    Open the episodes as the configuration says.

    :param folder: of the cache, where there is one; processes of one run may all call this
    :param paths: episode files
    :param progress: wraps the episodes while they are decoded
    :param announce: is told what is about to take long, in one sentence
    :raises EpisodeError: if an episode cannot be used; it is named
    :raises ConfigError: if an episode has another cadence, or there is no room for the cache
    """
    choice = {'camera': config.camera, 'step_period': config.step_period}
    if config.cache == 'none':
        return open_uncached(paths, preprocessing, **choice)
    return open_cache(folder, paths, preprocessing, **choice, progress=progress, announce=announce)


def training_clips(
    config: TrainConfig,
    cache: FrameCache,
    episodes: Sequence[CachedEpisode],
    codec: ActionCodec,
    *,
    chunk: int,
    window: int = 1,
    announce: Callable[[str], None] = lambda text: None,
    rank: int = 0,
    world_size: int = 1,
) -> ClipDataset:
    """
    Return the batches of a run, or a rank's slices of them.

    :param episodes: those to train on
    :param chunk: C, actions predicted at once
    :param window: W, frames that the network looks back over
    :param announce: is told what is odd but no fault, in one sentence each
    :raises ConfigError: if clips cannot be shared equally, no window would ever be full, or the
        paraphrases do not fit the episodes
    """
    data = config.data
    check_window_fit(episodes, window, data.clip_length, cache.step_period)
    paraphrases = _paraphrases(data)
    if paraphrases is not None:
        for note in paraphrases.check(episodes):
            announce(note)
    return ClipDataset(
        cache,
        episodes,
        codec,
        ClipAugmentation(config.augmentation),
        chunk=chunk,
        clip_length=data.clip_length,
        clips_per_batch=data.clips_per_batch,
        steps=config.schedule.steps * config.optimiser.accumulate,
        seed=config.seed,
        paraphrases=paraphrases,
        weights=frame_weights(cache, episodes, data),
        rank=rank,
        world_size=world_size,
    )


def shown_instructions(config: TrainConfig, episodes: Sequence[CachedEpisode]) -> list[str]:
    """
    Return the sentences that a policy is trained with, mirrored ones too, for its card, sorted.

    :param episodes: those to train on
    :raises ConfigError: if the paraphrases do not fit the episodes
    """
    shown = {episode.instruction for episode in episodes}
    paraphrases = _paraphrases(config.data)
    if paraphrases is not None:
        paraphrases.check(episodes)
        shown |= paraphrases.of(episodes)
    if config.augmentation.mirror > 0.0:
        shown |= {mirror_instruction(text) for text in shown}
    return sorted(shown)


def _paraphrases(config: DataConfig) -> Paraphrases | None:
    if not config.paraphrases:
        return None
    return Paraphrases.read(Path(config.paraphrases), config.paraphrase_share)
