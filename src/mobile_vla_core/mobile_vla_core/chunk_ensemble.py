# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""Average what several chunks say about the same moment."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from .action_space import ACTION_TYPE, as_action, VELOCITY_DIM
from .chunk_player import Chunk, ChunkPlayer, LoadedChunk

DECAY = 0.01
"""The m of ACT: how much less each later chunk weighs than the one before."""


class ChunkEnsemble(ChunkPlayer):
    """
    Temporal ensembling: average the actions that all live chunks have for now.

    The weights are those of ACT (arXiv 2304.13705, section IV-B): exp(-m i), where i = 0 is the
    oldest chunk. The action type has no mean: it is voted on with the same weights, a draw goes
    to the newest, and the velocity is the mean of those who voted for it, so that a chunk that
    stops never slows down one that drives.

    :param decay: m above; 0 weighs all chunks alike
    """

    def __init__(
        self, max_age: float, *, latency_compensation: bool = True, decay: float = DECAY
    ) -> None:
        super().__init__(max_age, latency_compensation=latency_compensation)
        self._decay = decay
        self._live: list[LoadedChunk] = []

    @property
    def live(self) -> int:
        """How many chunks may still have a say."""
        return len(self._live)

    def load(self, chunk: Chunk) -> None:
        """Add a chunk, unless one of a later observation is there."""
        if self._used is not None and chunk.stamp < self._used.chunk.stamp:
            return
        if self._live and self._live[-1].chunk.stamp == chunk.stamp:
            self._live.pop()
        super().load(chunk)
        self._live.append(self._used)

    def clear(self) -> None:
        """Forget all chunks."""
        super().clear()
        self._live.clear()

    def action_at(self, now: float) -> tuple[NDArray[np.float32], int] | None:
        """
        Average the actions that are due at `now`.

        :return: the action, shape (4,), and the row of the newest chunk that has a say; None
            when no chunk has one
        """
        rows = [(loaded, loaded.row_at(now, self._max_age)) for loaded in self._live]
        due = [(loaded, row) for loaded, row in rows if row is not None]
        self._live = [one for one, row in rows if row is not None or now < one.chunk.stamp]
        if not due:
            return None
        actions = np.stack([loaded.chunk.actions[row] for loaded, row in due])
        weights = np.exp(-self._decay * np.arange(len(due)))
        kinds = actions[:, ACTION_TYPE]
        votes = [weights[kinds == kind].sum() for kind in kinds]
        newest = len(due) - 1 - int(np.argmax(votes[::-1]))
        agree = kinds == kinds[newest]
        velocity = np.average(actions[agree, :VELOCITY_DIM], axis=0, weights=weights[agree])
        return as_action(velocity, kinds[newest]), due[-1][1]
