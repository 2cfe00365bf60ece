# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""How much each frame counts in the loss: rare kinds more, waiting less."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from mobile_vla_core.action_space import ACTION_TYPE, ActionType
from mobile_vla_core.instruction import instruction_sides

from ..sections import DataConfig
from .cache import CachedEpisode, FrameCache


def frame_weights(
    cache: FrameCache, episodes: Sequence[CachedEpisode], config: DataConfig
) -> NDArray[np.float32]:
    """
    Weigh every row by its action type, scenario, side and by whether the robot waits.

    A kind that is a share p of the K kinds' frames counts (1 / (K p)) ** balance, so with a
    balance of 1 all kinds count alike.

    :param episodes: those to train on
    :return: shape (N,) for all rows of the cache, on average 1 over the training rows
    """
    rows = np.concatenate([np.arange(e.start, e.start + e.length) for e in episodes])
    lengths = [episode.length for episode in episodes]
    scenarios = np.repeat([episode.scenario for episode in episodes], lengths)
    named = [' '.join(sorted(instruction_sides(episode.instruction))) for episode in episodes]
    sides = np.repeat(named, lengths)
    own = _balanced(cache.actions[rows, ACTION_TYPE], config.balance_action_type)
    own *= _balanced(scenarios, config.balance_scenario)
    own *= _balanced(sides, config.balance_side)
    idle = np.concatenate([_is_idle(cache.actions[episode.rows]) for episode in episodes])
    own[idle] *= config.idle_weight
    weights = np.ones(len(cache.actions), np.float32)
    weights[rows] = own / own.mean()
    return weights


def _balanced(kinds: NDArray, balance: float) -> NDArray[np.float64]:
    _, place, counts = np.unique(kinds, return_inverse=True, return_counts=True)
    return (len(kinds) / (len(counts) * counts[place])) ** balance


def _is_idle(actions: NDArray[np.float32]) -> NDArray[np.bool_]:
    """Return where the robot goes on standing; the frame in which it stops is not idle."""
    stopped = actions[:, ACTION_TYPE] == ActionType.STOP
    return stopped & np.append(False, stopped[:-1])
