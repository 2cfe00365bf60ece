# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""Batches of contiguous clips for training, whole episodes for validation."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
import torch
from torch import Tensor
from torch.utils.data import Dataset

from mobile_vla_core.action_space import ActionCodec, VELOCITY_DIM

from .augmentation import ClipAugmentation
from .cache import CachedEpisode, FrameCache


class ClipBatch(NamedTuple):
    """Clips of equal length, with the chunk that each frame should predict."""

    frames: Tensor
    """Shape (B, T, 3, H, W_px) uint8 RGB."""
    instructions: list[str]
    """One per clip."""
    velocity: Tensor
    """Shape (B, T, C, 3), in units of the codec's scale."""
    action_type: Tensor
    """Shape (B, T, C)."""
    valid: Tensor
    """Shape (B, T, C): False where the frame or the action is past the end of the episode."""


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
    Item `step` is the whole batch of that step, and depends on the seed and the step alone.

    So a resumed run sees the batches that an uninterrupted one would have seen. A pass over the
    data cuts every episode into clips at a random offset and shuffles them.

    :param episodes: those to train on
    :param chunk: C, actions predicted at once
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
    ) -> None:
        self._cache = cache
        self._episodes = list(episodes)
        self._codec = codec
        self._augmentation = augmentation
        self._chunk = chunk
        self._length = clip_length
        self._clips_per_batch = clips_per_batch
        self._steps = steps
        self._seed = seed
        self._turn = -1
        self._order: list[tuple[CachedEpisode, int]] = []
        self._clips_per_pass = sum(self._clips_of(episode) for episode in self._episodes)

    def __len__(self) -> int:
        return self._steps

    def __getitem__(self, step: int) -> ClipBatch:
        generator = np.random.default_rng((self._seed, step))
        first = step * self._clips_per_batch
        clips = [
            self._clip(*self._place(number), generator)
            for number in range(first, first + self._clips_per_batch)
        ]
        return collate(clips, self._codec)

    def _clips_of(self, episode: CachedEpisode) -> int:
        return max(1, -(-episode.length // self._length))

    def _place(self, number: int) -> tuple[CachedEpisode, int]:
        """Return the episode and the first row of a clip, counted over all passes."""
        turn, position = divmod(number, self._clips_per_pass)
        if self._turn != turn:
            self._turn, self._order = turn, self._shuffle(turn)
        return self._order[position]

    def _shuffle(self, turn: int) -> list[tuple[CachedEpisode, int]]:
        """
        Place the clips of one pass.

        An episode is cut into equal parts and a clip is centred anywhere in each, then moved
        inside the episode; so both ends are seen at least as often as the middle.
        """
        generator = np.random.default_rng((self._seed, turn, 1))
        places = []
        for episode in self._episodes:
            parts = self._clips_of(episode)
            centres = (np.arange(parts) + generator.random(parts)) * episode.length / parts
            starts = np.rint(centres - self._length / 2).astype(int)
            last = max(0, episode.length - self._length)
            places += [(episode, start) for start in np.clip(starts, 0, last).tolist()]
        return [places[i] for i in generator.permutation(len(places))]

    def _clip(self, episode: CachedEpisode, start: int, generator: np.random.Generator) -> Clip:
        rows = np.minimum(np.arange(start, start + self._length), episode.length - 1)
        inside = np.arange(start, start + self._length) < episode.length
        frames = self._cache.frames[episode.start + rows]
        future, valid = future_actions(self._cache.actions[episode.rows], rows, self._chunk)
        frames, future, instruction = self._augmentation(
            frames, future, episode.instruction, generator
        )
        return Clip(frames, instruction, future, valid & inside[:, None])


class EpisodeDataset(Dataset[ClipBatch]):
    """Item i is the whole of episode i as it was recorded."""

    def __init__(
        self,
        cache: FrameCache,
        episodes: Sequence[CachedEpisode],
        codec: ActionCodec,
        *,
        chunk: int,
    ) -> None:
        self.episodes = list(episodes)
        self._cache = cache
        self._codec = codec
        self._chunk = chunk

    def __len__(self) -> int:
        return len(self.episodes)

    def __getitem__(self, index: int) -> ClipBatch:
        episode = self.episodes[index]
        rows = np.arange(episode.length)
        future, valid = future_actions(self._cache.actions[episode.rows], rows, self._chunk)
        frames = self._cache.frames[episode.rows]
        return collate([Clip(frames, episode.instruction, future, valid)], self._codec)


class Clip(NamedTuple):
    """One clip before it is put into a batch."""

    frames: NDArray[np.uint8]
    """Shape (T, H, W_px, 3)."""
    instruction: str
    future: NDArray[np.float32]
    """Shape (T, C, 4), physical units."""
    valid: NDArray[np.bool_]
    """Shape (T, C)."""


def collate(clips: Sequence[Clip], codec: ActionCodec) -> ClipBatch:
    """Join clips of equal length to a batch."""
    future = np.stack([clip.future for clip in clips])
    frames = torch.from_numpy(np.stack([clip.frames for clip in clips]))
    return ClipBatch(
        frames=frames.permute(0, 1, 4, 2, 3),
        instructions=[clip.instruction for clip in clips],
        velocity=torch.from_numpy(codec.normalise(future[..., :VELOCITY_DIM])),
        action_type=torch.from_numpy(future[..., VELOCITY_DIM].astype(np.int64)),
        valid=torch.from_numpy(np.stack([clip.valid for clip in clips])),
    )
