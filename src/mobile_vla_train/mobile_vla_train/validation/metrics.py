# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""Honest open-loop validation: every figure stands beside what a trivial policy would score."""

from __future__ import annotations

from collections import defaultdict
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from mobile_vla_core.action_space import (
    ACTION_NAMES,
    ACTION_TYPE,
    ACTION_TYPES,
    ActionType,
    STOP_ACTION,
    VELOCITY_DIM,
)

POLICY, CONSTANT_MEAN, REPEAT_LAST = 'policy', 'constant_mean', 'repeat_last'
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


class OpenLoopMetrics:
    """
    Gather predictions episode by episode, then say how good they are.

    :param mean_action: mean velocities and the commonest type of the training episodes, (4,)
    """

    def __init__(self, mean_action: NDArray[np.float32]) -> None:
        self._mean = mean_action
        self._episodes: list[EpisodePredictions] = []

    def add(self, episode: EpisodePredictions) -> None:
        """Take in one episode."""
        self._episodes.append(episode)

    def summary(self) -> dict[str, Any]:
        """
        Return plain numbers.

        `next` is about the action for the newest frame, `chunk` about all valid actions of the
        chunks. `repeat_last` repeats the command of the frame before.
        """
        candidates = {name: self._candidate(name) for name in (POLICY, CONSTANT_MEAN, REPEAT_LAST)}
        first = [
            episode.valid & (np.arange(episode.valid.shape[1]) == 0) for episode in self._episodes
        ]
        every = [episode.valid for episode in self._episodes]
        return {
            'episodes': len(self._episodes),
            'frames': sum(len(episode.recorded) for episode in self._episodes),
            'next': {name: self._errors(candidates[name], first) for name in candidates},
            'chunk': {name: self._errors(candidates[name], every) for name in candidates},
            'per_scenario': self._per_scenario(candidates, first),
            'confusion': self._confusion(first),
            'instruction_swap': self._instruction_swap(),
        }

    def _candidate(self, name: str) -> list[NDArray[np.float32]]:
        if name == POLICY:
            return [episode.predicted for episode in self._episodes]
        if name == CONSTANT_MEAN:
            return [np.broadcast_to(self._mean, e.recorded.shape) for e in self._episodes]
        held = []
        for episode in self._episodes:
            before = np.concatenate([STOP_ACTION[None], episode.recorded[:-1, 0]])
            held.append(np.broadcast_to(before[:, None], episode.recorded.shape))
        return held

    def _errors(
        self,
        predicted: list[NDArray[np.float32]],
        masks: list[NDArray[np.bool_]],
    ) -> dict[str, float]:
        guess = np.concatenate([p[m] for p, m in zip(predicted, masks, strict=True)])
        truth = np.concatenate([e.recorded[m] for e, m in zip(self._episodes, masks, strict=True)])
        error = np.abs(guess - truth).mean(axis=0)
        scores = {f'mae_{name}': float(error[i]) for i, name in enumerate(VELOCITIES)}
        same = guess[:, ACTION_TYPE] == truth[:, ACTION_TYPE]
        return {**scores, 'action_type_accuracy': float(same.mean())}

    def _per_scenario(
        self,
        candidates: dict[str, list[NDArray[np.float32]]],
        masks: list[NDArray[np.bool_]],
    ) -> dict[str, dict[str, dict[str, float]]]:
        members = defaultdict(list)
        for index, episode in enumerate(self._episodes):
            members[episode.scenario or '(none)'].append(index)
        result = {}
        for scenario in sorted(members):
            part = OpenLoopMetrics(self._mean)
            part._episodes = [self._episodes[i] for i in members[scenario]]
            chosen = [masks[i] for i in members[scenario]]
            result[scenario] = {
                name: part._errors([predicted[i] for i in members[scenario]], chosen)
                for name, predicted in candidates.items()
            }
        return result

    def _confusion(self, masks: list[NDArray[np.bool_]]) -> dict[str, list[int]]:
        """Count action types: one row per recorded type, one column per predicted type."""
        table = np.zeros((ACTION_TYPES, ACTION_TYPES), dtype=int)
        for episode, mask in zip(self._episodes, masks, strict=True):
            truth = episode.recorded[mask][:, ACTION_TYPE].astype(int)
            guess = episode.predicted[mask][:, ACTION_TYPE].astype(int)
            np.add.at(table, (truth, guess), 1)
        return {kind.name.lower(): table[kind].tolist() for kind in ActionType}

    def _instruction_swap(self) -> dict[str, float]:
        """
        Say how far the next command moves when only left and right in the instruction swap.

        0 means that the instruction is ignored.
        """
        moves = [
            np.abs(episode.swapped[:, 0] - episode.predicted[:, 0])[:, :VELOCITY_DIM]
            for episode in self._episodes
            if episode.swapped is not None
        ]
        if not moves:
            return {'episodes': 0}
        mean = np.concatenate(moves).mean(axis=0)
        largest = np.mean([move.max(axis=0) for move in moves], axis=0)
        scores: dict[str, float] = {'episodes': len(moves)}
        for index, name in enumerate(VELOCITIES):
            scores[f'mean_{name}'] = float(mean[index])
            scores[f'largest_{name}'] = float(largest[index])
        return scores


def mean_action(actions: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the mean velocities and the commonest type of actions, shape (N, 4)."""
    commonest = np.bincount(actions[:, ACTION_TYPE].astype(int), minlength=ACTION_TYPES).argmax()
    velocity = actions[:, :VELOCITY_DIM].mean(axis=0)
    return np.append(velocity, commonest).astype(np.float32)
