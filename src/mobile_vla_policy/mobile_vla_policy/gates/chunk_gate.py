# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""There has to be a prediction that is good and of now."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from mobile_vla_core.chunk_player import Chunk, ChunkPlayer
from mobile_vla_core.safety import StopReason

from .gate import Stop


class ChunkGate:
    """
    Hold the chunk that is played, and why the newest frame gave none.

    :param topic: name of the image topic, for the sentences
    :param max_age: oldest observation whose chunk may be driven on [s]
    :param player: chooses the action; by receding horizon when None
    """

    def __init__(self, topic: str, max_age: float, player: ChunkPlayer | None = None) -> None:
        self._topic = topic
        self._max_age = max_age
        self._player = player or ChunkPlayer(max_age)
        self.reset()

    def reset(self) -> None:
        """Forget the chunk and every refusal."""
        self._player.clear()
        self._refusal: Stop | None = None
        self._asked: float | None = None
        self._action: tuple[NDArray[np.float32], int] | None = None

    def load(self, chunk: Chunk) -> None:
        """Play a chunk from now on."""
        self._player.load(chunk)
        self._refusal = self._asked = None

    def refuse(self, reason: StopReason, detail: str) -> None:
        """Stop for an image or a prediction that cannot be used, until a good one comes."""
        self.reset()
        self._refusal = Stop.because(reason, topic=self._topic, detail=detail)

    @property
    def chunk(self) -> Chunk | None:
        """The chunk in use, however old."""
        return self._player.chunk

    def age(self, now: float) -> float:
        """Return the time since action 0 was due [s], NaN without a chunk."""
        age = self._player.age(now)
        return float('nan') if age is None else age

    def action_at(self, now: float) -> tuple[NDArray[np.float32], int] | None:
        """Return the action that is due and its row in the chunk, None without."""
        if self._asked != now:
            self._asked, self._action = now, self._player.action_at(now)
        return self._action

    def verdict(self, now: float) -> Stop | None:
        """Forbid to move without an action that is due now."""
        if self._refusal is not None:
            return self._refusal
        if self.action_at(now) is not None:
            return None
        if self._player.chunk is None:
            return Stop.because(StopReason.NO_CHUNK)
        return Stop.because(StopReason.STALE_CHUNK, age=self.age(now), limit=self._max_age)
