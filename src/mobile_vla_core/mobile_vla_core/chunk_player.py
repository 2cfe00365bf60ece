# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""
Play predicted action chunks at the control rate.

A chunk is read by the age of the observation behind it, so the time that inference took is
skipped and not lived through a second time. Time is an argument, never read from a clock.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import floor

import numpy as np
from numpy.typing import NDArray

from .action_space import ACTION_DIM
from .errors import ActionShapeError, ActionSpaceError, ConfigError

_ROUNDING = 1e-4
"""Steps by which a time may miss a step's edge and still count as on it (float64 seconds)."""


@dataclass(frozen=True)
class Chunk:
    """
    A run of predicted actions.

    :param actions: shape (C, 4) float32, physical units
    :param stamp: when action 0 is due: the stamp of the newest frame seen [s]
    :param step_period: time from one action to the next [s]
    """

    actions: NDArray[np.float32]
    stamp: float
    step_period: float

    def __post_init__(self) -> None:
        shape = np.shape(self.actions)
        if len(shape) != 2 or shape[0] == 0 or shape[1] != ACTION_DIM:
            raise ActionShapeError(expected='(C, 4) with C >= 1', actual=shape)
        if not np.isfinite(self.actions).all():
            raise ActionSpaceError('the policy predicted NaN or infinity: retrain or replace it')
        if not self.step_period > 0.0:
            raise ConfigError(f'step_period must be > 0 s, found {self.step_period}')


@dataclass
class LoadedChunk:
    """
    A chunk as a player holds it.

    :param origin: when action 0 counts as due [s]; None until the first use sets it
    """

    chunk: Chunk
    origin: float | None

    def row_at(self, now: float, max_age: float) -> int | None:
        """
        Return the row that is due at `now` [s].

        :return: None when the observation is older than `max_age` or more than one step ahead of
            `now`, or the chunk is spent
        """
        chunk = self.chunk
        if not -chunk.step_period <= now - chunk.stamp <= max_age:
            return None
        if self.origin is None:
            self.origin = now
        row = max(0, floor((now - self.origin) / chunk.step_period + _ROUNDING))
        return row if row < len(chunk.actions) else None


class ChunkPlayer:
    """
    Turn chunks into one action per control tick: the newest chunk is the one in use.

    :param max_age: oldest observation whose chunk may still move the robot [s]
    :param latency_compensation: False plays every chunk from its first row, as if predicting it
        had taken no time; for comparison only
    """

    def __init__(self, max_age: float, *, latency_compensation: bool = True) -> None:
        if not max_age > 0.0:
            raise ConfigError(f'max_age must be > 0 s, found {max_age}')
        self._max_age = max_age
        self._compensation = latency_compensation
        self._used: LoadedChunk | None = None

    @property
    def chunk(self) -> Chunk | None:
        """The chunk in use, however old."""
        return None if self._used is None else self._used.chunk

    def load(self, chunk: Chunk) -> None:
        """Replace the chunk, unless the one in use is of a later observation."""
        if self._used is None or chunk.stamp >= self._used.chunk.stamp:
            self._used = self._loaded(chunk)

    def clear(self) -> None:
        """Forget the chunk."""
        self._used = None

    def age(self, now: float) -> float | None:
        """Return the time since action 0 was due [s], None without a chunk."""
        return None if self._used is None else now - self._used.chunk.stamp

    def action_at(self, now: float) -> tuple[NDArray[np.float32], int] | None:
        """
        Choose the action that is due at `now`.

        :return: the action, shape (4,), and its row in the chunk; None when there is no chunk,
            when it is older than `max_age`, spent, or more than one step ahead of `now`
        """
        if self._used is None:
            return None
        row = self._used.row_at(now, self._max_age)
        return None if row is None else (self._used.chunk.actions[row], row)

    def _loaded(self, chunk: Chunk) -> LoadedChunk:
        return LoadedChunk(chunk, chunk.stamp if self._compensation else None)
