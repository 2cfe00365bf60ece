# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""How far a collection plan has come, and what is to be recorded next."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from mobile_vla_core.episodes import Episode
from mobile_vla_core.errors import EpisodeError

from .collection_plan import CollectionPlan


class PlanProgress:
    """
    Compares what there is with what is wanted.

    :param plan: what is wanted
    :param counts: how many usable episodes there are of each scenario
    """

    def __init__(self, plan: CollectionPlan, counts: Mapping[str, int]) -> None:
        self.plan = plan
        self._counts = counts

    @property
    def suggested(self) -> int | None:
        """Index of the scenario that lacks most, the first of equals; None when all is there."""
        missing = [
            scenario.count - self.count(index)
            for index, scenario in enumerate(self.plan.scenarios)
        ]
        most = max(missing)
        return missing.index(most) if most > 0 else None

    def count(self, index: int) -> int:
        """Return how many usable episodes there are of a scenario."""
        return self._counts.get(self.plan.scenarios[index].name, 0)


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
