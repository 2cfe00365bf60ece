# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""Which clips are shown, and when."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from .cache import CachedEpisode


class ClipOrder:
    """
    Passes over the data, each cut into clips at random offsets and shuffled.

    :param episodes: those to train on
    :param length: frames of a clip
    :param seed: decides every pass
    """

    def __init__(self, episodes: Sequence[CachedEpisode], length: int, seed: int) -> None:
        self._episodes = list(episodes)
        self._length = length
        self._seed = seed
        self._turn = -1
        self._places: list[tuple[CachedEpisode, int]] = []
        self.clips_per_pass = sum(self._clips_of(episode) for episode in self._episodes)

    def place(self, number: int) -> tuple[CachedEpisode, int]:
        """Return the episode and the first row of a clip, counted over all passes."""
        turn, position = divmod(number, self.clips_per_pass)
        if self._turn != turn:
            self._turn, self._places = turn, self._shuffle(turn)
        return self._places[position]

    def _clips_of(self, episode: CachedEpisode) -> int:
        return max(1, -(-episode.length // self._length))

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
