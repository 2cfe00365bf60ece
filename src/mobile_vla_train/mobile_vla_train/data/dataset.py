# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""Batches of contiguous clips for training, whole episodes for validation."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from torch.utils.data import Dataset

from mobile_vla_core.action_space import ActionCodec
from mobile_vla_core.errors import ConfigError

from .augmentation import ClipAugmentation, Variation
from .cache import CachedEpisode, FrameCache
from .clip_batch import Clip, ClipBatch, collate
from .clip_order import ClipOrder
from .paraphrases import Paraphrases


def window_frames(
    cache: FrameCache, episode: CachedEpisode, t: int, window: int
) -> NDArray[np.uint8]:
    """
    Return the frames that the network is fed at row t of an episode.

    :return: shape (W, H, W_px, 3) uint8 RGB, left-padded with the episode's first frame
    """
    indices = np.maximum(np.arange(t - window + 1, t + 1), 0)
    return cache.frames[episode.start + indices]


def future_actions(
    actions: NDArray[np.float32], rows: NDArray[np.int64], chunk: int
) -> tuple[NDArray[np.float32], NDArray[np.bool_]]:
    """
    Gather the actions from each row on.

    :param actions: of one episode, shape (T, 4)
    :param rows: shape (N,)
    :return: shape (N, C, 4), and shape (N, C): False past the end of the episode
    """
    indices = rows[:, None] + np.arange(chunk)[None]
    return actions[np.minimum(indices, len(actions) - 1)], indices < len(actions)


class ClipDataset(Dataset[ClipBatch]):
    """
    Item `step` is the batch of that step, and depends on the seed and the step alone.

    So a resumed run sees the batches that an uninterrupted one would have seen, and the ranks of
    a distributed run together see those of a single process: each takes its own slice. An
    episode shorter than a clip is padded with its last frame, masked by `valid`.

    :param episodes: those to train on
    :param chunk: C, actions predicted at once
    :param clips_per_batch: of all ranks together
    :param paraphrases: what an instruction may be replaced by
    :param weights: of each row of the cache, shape (N,) float32; 1 everywhere when None
    :param rank: of this process
    :param world_size: number of processes
    :raises ConfigError: if the clips of a batch cannot be shared equally
    """

    def __init__(
        self,
        cache: FrameCache,
        episodes: Sequence[CachedEpisode],
        codec: ActionCodec,
        augmentation: ClipAugmentation,
        *,
        chunk: int,
        clip_length: int,
        clips_per_batch: int,
        steps: int,
        seed: int,
        paraphrases: Paraphrases | None = None,
        weights: NDArray[np.float32] | None = None,
        rank: int = 0,
        world_size: int = 1,
    ) -> None:
        if clips_per_batch % world_size:
            raise ConfigError(
                f'data.clips_per_batch={clips_per_batch} cannot be shared by {world_size} '
                f'processes: choose a multiple of {world_size}'
            )
        self._cache = cache
        self._codec = codec
        self._augmentation = augmentation
        self._paraphrases = paraphrases
        self._chunk = chunk
        self._length = clip_length
        self._clips_per_batch = clips_per_batch
        self._steps = steps
        self._seed = seed
        self._weights = np.ones(len(cache.actions), np.float32) if weights is None else weights
        share = clips_per_batch // world_size
        self._own = range(rank * share, (rank + 1) * share)
        self.order = ClipOrder(episodes, clip_length, seed)

    def __len__(self) -> int:
        return self._steps

    def __getitem__(self, step: int) -> ClipBatch:
        generator = np.random.default_rng((self._seed, step))
        first, clips = step * self._clips_per_batch, []
        for number in range(self._clips_per_batch):  # chance is the same for all ranks
            episode, start = self.order.place(first + number)
            text = episode.instruction
            if self._paraphrases is not None:
                text = self._paraphrases.choose(episode, generator)
            variation = self._augmentation.draw(generator)
            if number in self._own:
                clips.append(self._clip(episode, start, text, variation))
        return collate(clips, self._codec)

    def _clip(self, episode: CachedEpisode, start: int, text: str, variation: Variation) -> Clip:
        rows = np.minimum(np.arange(start, start + self._length), episode.length - 1)
        inside = np.arange(start, start + self._length) < episode.length
        frames = self._cache.frames[episode.start + rows]
        future, valid = future_actions(self._cache.actions[episode.rows], rows, self._chunk)
        frames, future, text = self._augmentation.apply(variation, frames, future, text)
        weight = self._weights[episode.start + rows]
        return Clip(frames, text, future, valid & inside[:, None], weight)


class EpisodeDataset(Dataset[ClipBatch]):
    """
    Item i is the whole of episode i as it was recorded.

    Ranks of a distributed run divide the episodes: none is validated twice. All ranks have
    equally many items, because a sharded network can only be run by all at once; where a rank
    has run out of episodes, it gets its last one (or the first of all) again with nothing
    `valid`, and `is_padding` says so.

    :param episodes: of all ranks together
    :param rank: of this process
    :param world_size: number of processes
    """

    def __init__(
        self,
        cache: FrameCache,
        episodes: Sequence[CachedEpisode],
        codec: ActionCodec,
        *,
        chunk: int,
        rank: int = 0,
        world_size: int = 1,
    ) -> None:
        shares = [list(episodes)[one::world_size] for one in range(world_size)]
        padded = [
            own + [own[-1] if own else episodes[0]] * (len(shares[0]) - len(own)) for own in shares
        ]
        self.episodes = padded[rank]
        self._recorded = len(shares[rank])
        items = zip(*padded, strict=True)
        self._longest = [max(episode.length for episode in item) for item in items]
        self._cache = cache
        self._codec = codec
        self._chunk = chunk

    def __len__(self) -> int:
        return len(self.episodes)

    def is_padding(self, index: int) -> bool:
        """Return whether an item only makes up the number."""
        return index >= self._recorded

    def longest(self, index: int) -> int:
        """Return the frames of the longest episode that any rank has as this item."""
        return self._longest[index]

    def __getitem__(self, index: int) -> ClipBatch:
        episode = self.episodes[index]
        rows = np.arange(episode.length)
        future, valid = future_actions(self._cache.actions[episode.rows], rows, self._chunk)
        if self.is_padding(index):
            valid = np.zeros_like(valid)
        frames = self._cache.frames[episode.rows]
        weight = np.ones(episode.length, np.float32)
        return collate([Clip(frames, episode.instruction, future, valid, weight)], self._codec)
