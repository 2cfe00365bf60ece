# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""Honest open-loop validation: every figure stands beside what a trivial policy would score."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from mobile_vla_core.action_space import (
    ACTION_NAMES,
    ACTION_TYPE,
    ACTION_TYPES,
    ActionType,
    VELOCITY_DIM,
)
from mobile_vla_core.motion import is_moving, named_side, same_direction

from .baselines import (
    BaselineReference,
    BASELINES,
    CONSTANT_MEAN,
    REPEAT_LAST,
    repeat_last,
)
from .instruction_swap import swap_score, SwapPair

POLICY = 'policy'
VELOCITIES = ACTION_NAMES[:VELOCITY_DIM]


class EpisodePredictions(NamedTuple):
    """Predictions for every frame of one episode, physical units."""

    scenario: str
    predicted: NDArray[np.float32]
    """Shape (T, C, 4)."""
    swapped: NDArray[np.float32] | None
    """The same with left and right swapped in the instruction; None when it names no side."""
    recorded: NDArray[np.float32]
    """What the driver did, shape (T, C, 4)."""
    valid: NDArray[np.bool_]
    """Shape (T, C)."""
    name: str = ''
    """Of the episode's file."""
    instruction: str = ''

    @property
    def next_valid(self) -> NDArray[np.bool_]:
        """The actions that are due at their own frame, shape (T, C)."""
        return self.valid & (np.arange(self.valid.shape[1]) == 0)

    @property
    def error(self) -> float:
        """Mean absolute error of the next velocities, over all three [m/s, m/s, rad/s]."""
        difference = np.abs(self.predicted - self.recorded)[self.next_valid]
        return float(difference[:, :VELOCITY_DIM].mean())


def _count_files(pieces: Sequence[EpisodePredictions]) -> int:
    """Count episodes: one with lost frames is there in pieces, but once by its name."""
    named = {piece.name for piece in pieces if piece.name}
    return len(named) + sum(not piece.name for piece in pieces)


class OpenLoopMetrics:
    """
    Gather predictions episode by episode, then say how good they are.

    :param reference: the training episodes, from which the baselines are made
    """

    def __init__(self, reference: BaselineReference) -> None:
        self._reference = reference
        self._episodes: list[EpisodePredictions] = []

    @property
    def episodes(self) -> list[EpisodePredictions]:
        """What was gathered, by name, so that nothing depends on the order of several ranks."""
        return sorted(self._episodes, key=lambda episode: episode.name)

    @property
    def step_period(self) -> float:
        """Time between frames [s]."""
        return self._reference.step_period

    def add(self, episode: EpisodePredictions) -> None:
        """Take in one episode; one that is in already (of another rank) is left out."""
        if not (episode.name and any(_same(episode, known) for known in self._episodes)):
            self._episodes.append(episode)

    def extend(self, episodes: Iterable[EpisodePredictions]) -> None:
        """Take in what another rank has gathered."""
        for episode in episodes:
            self.add(episode)

    def summary(self) -> dict[str, Any]:
        """
        Return plain numbers.

        `next` is about the action for the newest frame, `chunk` about all valid actions of the
        chunks, each for the policy and for the baselines: `constant_mean` gives the mean
        velocities and commonest type of the training episodes, `repeat_last` repeats the command
        of the frame before, `nearest_in_time` gives what a training episode of the same scenario
        and instruction was given at the same time since its start (see `baselines.py`;
        where there is none, the mean). `direction_accuracy` counts only frames where the recorded
        command moves the robot (see `motion.py`) and is absent when none does.
        """
        episodes = self.episodes
        candidates = {name: self._candidate(name, episodes) for name in (POLICY, *BASELINES)}
        first = [episode.next_valid for episode in episodes]
        every = [episode.valid for episode in episodes]
        tables = {name: _confusion(episodes, candidates[name], first) for name in candidates}
        present = {episode.scenario or '(none)' for episode in episodes}
        return {
            'episodes': _count_files(episodes),
            'pieces': len(episodes),
            'frames': sum(len(episode.recorded) for episode in episodes),
            'next': {name: _scores(episodes, candidates[name], first) for name in candidates},
            'chunk': {name: _scores(episodes, candidates[name], every) for name in candidates},
            'per_scenario': _per_scenario(episodes, candidates, first),
            'scenarios_without_episodes': sorted({*self._reference.scenarios} - present),
            'episodes_without_neighbour': _count_files(
                [e for e in episodes if self._neighbour(e) is None]
            ),
            'spread': _spread(episodes, first),
            'confusion': tables[POLICY],
            'baseline_confusion': {name: tables[name] for name in BASELINES},
            'instruction_swap': swap_score(self.swap_pairs()),
        }

    def swap_pairs(self) -> list[SwapPair]:
        """Return the episodes whose instruction could be swapped."""
        return [
            SwapPair(e.predicted, e.swapped, named_side(e.instruction), self.step_period)
            for e in self.episodes
            if e.swapped is not None
        ]

    def _candidate(
        self, name: str, episodes: list[EpisodePredictions]
    ) -> list[NDArray[np.float32]]:
        if name == POLICY:
            return [episode.predicted for episode in episodes]
        mean = [np.broadcast_to(self._reference.mean, e.recorded.shape) for e in episodes]
        if name == CONSTANT_MEAN:
            return mean
        if name == REPEAT_LAST:
            return [repeat_last(episode.recorded) for episode in episodes]
        found = [self._neighbour(episode) for episode in episodes]
        return [mean[i] if guess is None else guess for i, guess in enumerate(found)]

    def _neighbour(self, episode: EpisodePredictions) -> NDArray[np.float32] | None:
        length, chunk = episode.valid.shape
        return self._reference.nearest_in_time(
            episode.name, episode.scenario, episode.instruction, length, chunk
        )


def _same(first: EpisodePredictions, second: EpisodePredictions) -> bool:
    """Tell a repeat from another part of the same episode."""
    return first.name == second.name and np.array_equal(first.recorded, second.recorded)


def scalars(validation: dict[str, Any]) -> dict[str, float]:
    """
    Return the figures of a summary that are worth a curve, by name.

    Of the confusion these are the shares of each recorded action type that are predicted right.
    """
    curves = dict(validation['next'][POLICY])
    for baseline in BASELINES:
        for name, value in validation['next'][baseline].items():
            curves[f'{baseline}/{name}'] = value
    for scenario, scores in validation['per_scenario'].items():
        for name, value in scores[POLICY].items():
            curves[f'scenario/{scenario.strip("()")}/{name}'] = value
    for kind, row in validation['confusion'].items():
        if sum(row):
            curves[f'right/{kind}'] = row[ActionType[kind.upper()]] / sum(row)
    curves.update({f'swap_{k}': v for k, v in validation['instruction_swap'].items()})
    return {name: float(value) for name, value in curves.items()}


def _chosen(
    values: list[NDArray[np.float32]], masks: list[NDArray[np.bool_]]
) -> NDArray[np.float32]:
    return np.concatenate([value[mask] for value, mask in zip(values, masks, strict=True)])


def _scores(
    episodes: list[EpisodePredictions],
    predicted: list[NDArray[np.float32]],
    masks: list[NDArray[np.bool_]],
) -> dict[str, float]:
    guess = _chosen(predicted, masks)
    truth = _chosen([episode.recorded for episode in episodes], masks)
    error = np.abs(guess - truth).mean(axis=0)
    scores = {f'mae_{name}': float(error[i]) for i, name in enumerate(VELOCITIES)}
    same = guess[:, ACTION_TYPE] == truth[:, ACTION_TYPE]
    scores['action_type_accuracy'] = float(same.mean())
    moving = is_moving(truth)
    if moving.any():
        scores['direction_accuracy'] = float(same_direction(guess, truth)[moving].mean())
    return scores


def _per_scenario(
    episodes: list[EpisodePredictions],
    candidates: dict[str, list[NDArray[np.float32]]],
    masks: list[NDArray[np.bool_]],
) -> dict[str, dict[str, dict[str, float]]]:
    members = defaultdict(list)
    for index, episode in enumerate(episodes):
        members[episode.scenario or '(none)'].append(index)
    return {
        scenario: {
            name: _scores(
                [episodes[i] for i in members[scenario]],
                [predicted[i] for i in members[scenario]],
                [masks[i] for i in members[scenario]],
            )
            for name, predicted in candidates.items()
        }
        for scenario in sorted(members)
    }


def _confusion(
    episodes: list[EpisodePredictions],
    predicted: list[NDArray[np.float32]],
    masks: list[NDArray[np.bool_]],
) -> dict[str, list[int]]:
    """Count action types: one row per recorded type, one column per predicted type."""
    table = np.zeros((ACTION_TYPES, ACTION_TYPES), dtype=int)
    truth = _chosen([episode.recorded for episode in episodes], masks)[:, ACTION_TYPE]
    guess = _chosen(predicted, masks)[:, ACTION_TYPE]
    np.add.at(table, (truth.astype(int), guess.astype(int)), 1)
    return {kind.name.lower(): table[kind].tolist() for kind in ActionType}


def _spread(
    episodes: list[EpisodePredictions], masks: list[NDArray[np.bool_]]
) -> dict[str, dict[str, float]]:
    """Measure how much the next velocities vary; a policy that always says the same does not."""
    guess = _chosen([episode.predicted for episode in episodes], masks).std(axis=0)
    truth = _chosen([episode.recorded for episode in episodes], masks).std(axis=0)
    return {
        name: {'predicted': float(guess[i]), 'recorded': float(truth[i])}
        for i, name in enumerate(VELOCITIES)
    }
