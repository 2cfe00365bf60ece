# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""Play one chunk after the other, each to its end."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from .chunk_player import Chunk, ChunkPlayer, LoadedChunk


class WholeChunk(ChunkPlayer):
    """
    Keep a chunk until it is spent or too old, then take the newest that came meanwhile.

    Fewer changes of mind than with the newest chunk, and a slower answer to what the camera
    sees. A chunk that lasts longer than `max_age` ends there.
    """

    def __init__(self, max_age: float, *, latency_compensation: bool = True) -> None:
        super().__init__(max_age, latency_compensation=latency_compensation)
        self._next: LoadedChunk | None = None

    def load(self, chunk: Chunk) -> None:
        """Keep a chunk, unless one of a later observation is there, until it is its turn."""
        if self._used is None:
            super().load(chunk)
        elif chunk.stamp >= (self._next or self._used).chunk.stamp:
            self._next = self._loaded(chunk)

    def clear(self) -> None:
        """Forget the chunk in use and the one after it."""
        super().clear()
        self._next = None

    def action_at(self, now: float) -> tuple[NDArray[np.float32], int] | None:
        """Choose the action that is due at `now`; see ChunkPlayer."""
        played = super().action_at(now)
        if played is None and self._next is not None:
            self._used, self._next = self._next, None
            played = super().action_at(now)
        return played
