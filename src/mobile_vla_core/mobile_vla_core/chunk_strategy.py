# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""The ways to execute chunks, by name."""

from __future__ import annotations

from enum import Enum

from .chunk_ensemble import ChunkEnsemble
from .chunk_player import ChunkPlayer
from .errors import ConfigError
from .whole_chunk import WholeChunk


class ChunkStrategy(Enum):
    """What to do with a chunk while another one is in use."""

    RECEDING = 'receding'
    """Receding horizon: the newest chunk replaces the one before."""
    ENSEMBLE = 'ensemble'
    """Temporal ensembling: what all chunks say about now is averaged."""
    WHOLE = 'whole'
    """Open loop: a chunk is played to its end before the next one is taken."""

    @classmethod
    def named(cls, name: str) -> ChunkStrategy:
        """Find a strategy; ConfigError when there is none of that name."""
        try:
            return cls(name)
        except ValueError:
            known = ', '.join(strategy.value for strategy in cls)
            raise ConfigError(f'there is no strategy "{name}": expected one of {known}') from None

    def player(self, max_age: float, *, latency_compensation: bool = True) -> ChunkPlayer:
        """
        Return a player of this strategy.

        :param max_age: oldest observation whose chunk may still move the robot [s]
        """
        return _PLAYERS[self](max_age, latency_compensation=latency_compensation)


_PLAYERS = {
    ChunkStrategy.RECEDING: ChunkPlayer,
    ChunkStrategy.ENSEMBLE: ChunkEnsemble,
    ChunkStrategy.WHOLE: WholeChunk,
}
