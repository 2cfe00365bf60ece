# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""What a policy must beat: guesses made without looking at a picture."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from mobile_vla_core.action_space import ACTION_TYPE, ACTION_TYPES, STOP_ACTION, VELOCITY_DIM

from ..data.cache import CachedEpisode, FrameCache

CONSTANT_MEAN, REPEAT_LAST = 'constant_mean', 'repeat_last'
NEAREST_IN_TIME = 'nearest_in_time'
BASELINES = (CONSTANT_MEAN, REPEAT_LAST, NEAREST_IN_TIME)


class ReferenceEpisode(NamedTuple):
    """What was driven in one episode."""

    name: str
    scenario: str
    instruction: str
    actions: NDArray[np.float32]
    """Shape (T, 4)."""


class BaselineReference:
    """
    The episodes that baselines are made from: those that were trained on.

    :param episodes: at least one
    :param step_period: time between the rows of an episode [s]
    """

    def __init__(self, episodes: Sequence[ReferenceEpisode], step_period: float) -> None:
        self.episodes = sorted(episodes, key=lambda episode: episode.name)
        self.step_period = step_period
        self.mean = mean_action(np.concatenate([e.actions for e in self.episodes]))

    @classmethod
    def of_cache(cls, cache: FrameCache, episodes: Sequence[CachedEpisode]) -> BaselineReference:
        """Take the training episodes of a cache."""
        return cls(
            [
                ReferenceEpisode(e.name, e.scenario, e.instruction, cache.actions[e.rows])
                for e in episodes
            ],
            cache.step_period,
        )

    @property
    def scenarios(self) -> list[str]:
        """All scenarios, sorted; '(none)' for episodes without one."""
        return sorted({episode.scenario or '(none)' for episode in self.episodes})

    def neighbour(self, name: str, scenario: str, instruction: str) -> ReferenceEpisode | None:
        """
        Return the episode to compare with: the same scenario and instruction, nearest in time.

        Of those it is the one recorded last before `name`, else the first after it: file names
        begin with their time. Where no episode has both, those of the same scenario count, then
        those of the same instruction; an episode is never its own neighbour.

        :return: None when there is none
        """
        others = [episode for episode in self.episodes if episode.name != name]
        same = [e for e in others if (e.scenario, e.instruction) == (scenario, instruction)]
        same = same or [e for e in others if scenario and e.scenario == scenario]
        same = same or [e for e in others if e.instruction == instruction]
        if not same:
            return None
        before = bisect_left([e.name for e in same], name)
        return same[max(before - 1, 0)]

    def nearest_in_time(
        self, name: str, scenario: str, instruction: str, length: int, chunk: int
    ) -> NDArray[np.float32] | None:
        """
        Give, at each time since the start, what the neighbour was given at that time.

        Past the neighbour's end its last command is held.

        :return: shape (T, C, 4); None when there is no neighbour
        """
        neighbour = self.neighbour(name, scenario, instruction)
        if neighbour is None:
            return None
        rows = np.arange(length)[:, None] + np.arange(chunk)
        return neighbour.actions[np.minimum(rows, len(neighbour.actions) - 1)]


def repeat_last(recorded: NDArray[np.float32]) -> NDArray[np.float32]:
    """
    Hold the command of the frame before; STOP at the first frame.

    :param recorded: shape (T, C, 4)
    :return: the same shape
    """
    before = np.concatenate([STOP_ACTION[None], recorded[:-1, 0]])
    return np.broadcast_to(before[:, None], recorded.shape)


def mean_action(actions: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the mean velocities and the commonest type of actions, shape (N, 4)."""
    commonest = np.bincount(actions[:, ACTION_TYPE].astype(int), minlength=ACTION_TYPES).argmax()
    velocity = actions[:, :VELOCITY_DIM].mean(axis=0)
    return np.append(velocity, commonest).astype(np.float32)
