# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""Tests for follow_goal.py."""

import pytest

from mobile_vla_core.action_space import ActionType
from mobile_vla_policy.follow_goal import FollowGoal, Outcome

START = 50.0


@pytest.fixture
def goal():
    return FollowGoal(time_limit=10.0, arrived_after=3, now=START)


def test_enough_predictions_in_a_row_that_say_stop_mean_arrived(goal):
    for _ in range(2):
        goal.predicted(ActionType.STOP)
    assert goal.judge(START + 1.0) is None
    goal.predicted(ActionType.STOP)
    end = goal.judge(START + 2.0)
    assert (end.outcome, end.seconds) == (Outcome.ARRIVED, 2.0)
    assert end.reason == '3 predictions in a row say stop'


@pytest.mark.parametrize('other', [ActionType.MOVEMENT, ActionType.ROTATION, ActionType.SPECIAL])
def test_a_prediction_that_moves_begins_the_count_anew(goal, other):
    for kind in (ActionType.STOP, ActionType.STOP, other, ActionType.STOP, ActionType.STOP):
        goal.predicted(kind)
    assert goal.stop_predictions == 2
    assert goal.judge(START + 1.0) is None


def test_the_time_limit_ends_the_goal(goal):
    assert goal.judge(START + 9.99) is None
    end = goal.judge(START + 10.0)
    assert end.outcome is Outcome.TIME_LIMIT
    assert end.reason == 'not arrived within 10 s'


def test_without_a_time_limit_the_goal_goes_on():
    assert FollowGoal(time_limit=0.0, arrived_after=3, now=START).judge(START + 1e6) is None


def test_what_ended_the_goal_first_counts(goal):
    goal.finish(Outcome.PREEMPTED, 'another goal', START + 1.0)
    goal.finish(Outcome.CANCELED, 'canceled', START + 2.0)
    assert goal.judge(START + 20.0).outcome is Outcome.PREEMPTED
    assert goal.end.seconds == 1.0
