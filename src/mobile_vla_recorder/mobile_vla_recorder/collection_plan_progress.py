# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""How far a collection plan has come, and what is to be recorded next."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from pathlib import Path

from mobile_vla_core.episodes import Episode, find_episodes
from mobile_vla_core.errors import EpisodeError

from .collection_plan import CollectionPlan, PlannedScenario


class PlanProgress:
    """
    Counts episodes and holds the scenario and the instruction of the next one.

    :param plan: what is wanted
    :param counts: how many usable episodes there are of each scenario
    """

    def __init__(self, plan: CollectionPlan, counts: Mapping[str, int]) -> None:
        self.plan = plan
        self._counts = Counter(counts)
        self._passed_over = 0
        self.selected = self.suggested or 0
        """Index of the scenario of the next episode."""

    @property
    def scenario(self) -> PlannedScenario:
        """The selected scenario."""
        return self.plan.scenarios[self.selected]

    @property
    def instruction(self) -> str:
        """The sentence whose turn it is in the selected scenario."""
        sentences = self.scenario.instructions
        return sentences[(self.count(self.selected) + self._passed_over) % len(sentences)]

    @property
    def suggested(self) -> int | None:
        """Index of the scenario that lacks most, the first of equals; None when all is there."""
        missing = [
            scenario.count - self.count(index)
            for index, scenario in enumerate(self.plan.scenarios)
        ]
        most = max(missing)
        return missing.index(most) if most > 0 else None

    @property
    def done(self) -> int:
        """How many of the wanted episodes there are; a surplus does not count."""
        return sum(
            min(scenario.count, self.count(index))
            for index, scenario in enumerate(self.plan.scenarios)
        )

    def count(self, index: int) -> int:
        """Return how many usable episodes there are of a scenario."""
        return self._counts[self.plan.scenarios[index].name]

    def select(self, index: int) -> bool:
        """Choose a scenario, or its next instruction when it is chosen already; False if none."""
        if not 0 <= index < len(self.plan.scenarios):
            return False
        self._passed_over = self._passed_over + 1 if index == self.selected else 0
        self.selected = index
        return True

    def minimum_seconds(self, scenario: str) -> float:
        """Return how long an episode of that scenario must be [s]; 0 if it is not planned."""
        return self.plan.minimum_seconds(scenario)

    def add(self, scenario: str, outcome: str) -> None:
        """Count a saved episode."""
        if outcome != 'failure':
            self._counts[scenario] += 1
            if scenario == self.scenario.name:
                self._passed_over = 0


def count_episodes(folder: Path) -> tuple[Counter[str], int]:
    """
    Count the finished episodes of each scenario, without the failures.

    :return: counts by scenario, and how many files could not be read
    """
    counts: Counter[str] = Counter()
    unreadable = 0
    try:
        paths = find_episodes(folder)
    except EpisodeError:
        return counts, unreadable  # nothing has been recorded yet
    for path in paths:
        try:
            scenario = usable_scenario(path)
        except EpisodeError:
            unreadable += 1
        else:
            if scenario is not None:
                counts[scenario] += 1
    return counts, unreadable


def usable_scenario(path: Path) -> str | None:
    """
    Return the scenario of an episode, None when it is a failure.

    :raises EpisodeError: if the file is gone or cannot be read
    """
    try:
        with Episode(path) as episode:
            return None if episode.outcome == 'failure' else episode.scenario
    except (KeyError, OSError, RuntimeError) as error:
        raise EpisodeError(f'{path.name} cannot be read: {error}') from error
