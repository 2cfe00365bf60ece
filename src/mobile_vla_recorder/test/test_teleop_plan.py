# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""Tests for teleop/plan.py."""

import pytest

from mobile_vla_recorder.plan.collection_plan import CollectionPlan, PlannedScenario
from mobile_vla_recorder.teleop.plan import TeleopPlan
from mobile_vla_recorder.teleop.recorder_state import PlanCount


@pytest.fixture
def plan() -> TeleopPlan:
    left = PlannedScenario('left', 2, ('go left', 'left please', '왼쪽으로'), 3.0)
    return TeleopPlan(CollectionPlan((left, PlannedScenario('right', 3, ('go right',), 1.0))))


def count(left: int, right: int, suggested: str) -> PlanCount:
    return PlanCount({'left': left, 'right': right}, {'left': 2, 'right': 3}, suggested)


def test_without_a_count_there_is_no_suggestion_and_the_plan_still_speaks(plan):
    assert (plan.counted, plan.suggested, plan.selected) == (False, None, 0)
    assert (plan.instruction, plan.total) == ('go left', 5)


def test_the_first_count_selects_what_lacks_most(plan):
    plan.update(count(0, 0, 'right'))
    assert (plan.selected, plan.suggested) == (1, 1)
    plan.update(count(0, 2, 'left'))
    assert (plan.selected, plan.suggested) == (1, 0), 'later only the driver changes it'


def test_a_choice_made_before_the_first_count_stays(plan):
    assert plan.select(0)
    plan.update(count(0, 0, 'right'))
    assert plan.selected == 0


def test_sentences_take_turns_with_the_count_and_choosing_again_passes_one_over(plan):
    plan.select(0)
    plan.update(count(1, 0, 'right'))
    assert plan.instruction == 'left please'
    plan.select(0)
    assert plan.instruction == '왼쪽으로'
    plan.update(count(1, 1, 'right'))
    assert plan.instruction == '왼쪽으로', 'another scenario was recorded'
    plan.update(count(2, 1, 'right'))
    assert plan.instruction == '왼쪽으로'


def test_a_surplus_does_not_count_as_progress(plan):
    plan.update(count(7, 1, 'right'))
    assert (plan.recorded(0), plan.wanted(0), plan.done, plan.total) == (7, 2, 3, 5)


def test_a_complete_plan_suggests_nothing(plan):
    plan.update(count(2, 3, ''))
    assert plan.counted
    assert plan.suggested is None


def test_the_count_of_another_plan_is_not_taken(plan):
    plan.update(PlanCount({'kitchen': 3}, {'kitchen': 9}, 'kitchen'))
    assert not plan.counted
    assert plan.recorded(0) == 0


def test_a_number_without_a_scenario_chooses_nothing(plan):
    assert not plan.select(2)
    assert plan.selected == 0
