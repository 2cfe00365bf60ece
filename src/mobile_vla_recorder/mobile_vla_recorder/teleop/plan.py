# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""The scenario and the instruction of the next episode, chosen by the driver."""

from __future__ import annotations

from ..plan.collection_plan import CollectionPlan, PlannedScenario
from .recorder_state import PlanCount


class TeleopPlan:
    """
    The plan as the driver sees it.

    Until the driver has chosen, the scenario that lacked most at the first count is selected.

    :param plan: what to record and what to say
    """

    def __init__(self, plan: CollectionPlan) -> None:
        self.plan = plan
        self.selected = 0
        """Index of the scenario of the next episode."""
        self._names = [scenario.name for scenario in plan.scenarios]
        self._count: PlanCount | None = None
        self._chosen = False
        self._passed_over = 0

    @property
    def counted(self) -> bool:
        """Whether the recorder counts this plan, or another one with the same scenarios."""
        return self._count is not None

    @property
    def scenario(self) -> PlannedScenario:
        """The selected scenario."""
        return self.plan.scenarios[self.selected]

    @property
    def instruction(self) -> str:
        """The sentence whose turn it is in the selected scenario."""
        sentences = self.scenario.instructions
        return sentences[(self.recorded(self.selected) + self._passed_over) % len(sentences)]

    @property
    def suggested(self) -> int | None:
        """Index of the scenario that lacks most; None when all is there or nobody counts."""
        if self._count is None or self._count.suggested not in self._names:
            return None
        return self._names.index(self._count.suggested)

    @property
    def done(self) -> int:
        """How many of the wanted episodes there are; a surplus does not count."""
        places = range(len(self._names))
        return sum(min(self.wanted(place), self.recorded(place)) for place in places)

    @property
    def total(self) -> int:
        """How many episodes are wanted in all."""
        return sum(self.wanted(place) for place in range(len(self._names)))

    def recorded(self, index: int) -> int:
        """Return how many usable episodes there are of a scenario."""
        return self._count.recorded[self._names[index]] if self._count else 0

    def wanted(self, index: int) -> int:
        """Return how many episodes of a scenario are wanted."""
        scenario = self.plan.scenarios[index]
        return self._count.wanted[scenario.name] if self._count else scenario.count

    def update(self, count: PlanCount | None) -> None:
        """Take what the recorder counted; the count of a plan with other scenarios is none."""
        if count is not None and list(count.recorded) != self._names:
            count = None
        first, before = self._count is None, self.recorded(self.selected)
        self._count = count
        if first and not self._chosen and self.suggested is not None:
            self.selected = self.suggested
        elif before != self.recorded(self.selected):
            self._passed_over = 0

    def select(self, index: int) -> bool:
        """Choose a scenario, or its next instruction when it is chosen already; False if none."""
        if not 0 <= index < len(self._names):
            return False
        self._passed_over = self._passed_over + 1 if index == self.selected else 0
        self.selected, self._chosen = index, True
        return True
