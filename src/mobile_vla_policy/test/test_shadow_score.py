# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""Tests for shadow_score.py."""

import json

import numpy as np
import pytest

from mobile_vla_core.action_space import ActionType
from mobile_vla_policy.shadow_score import MATCH_AGE, ShadowScore

SCALE = (0.5, 0.25, 0.5)
MOVE, TURN, STOP = ActionType.MOVEMENT, ActionType.ROTATION, ActionType.STOP


@pytest.fixture
def score():
    return ShadowScore(SCALE)


def test_without_pairs_there_are_no_figures(score):
    summary = score.summary(final=True)
    assert summary.pairs == 0
    assert np.isnan([*summary.error, summary.direction, summary.action_type]).all()
    assert json.loads(json.dumps(summary.to_dict()))['direction_agreement'] is None


def test_errors_are_means_per_axis_in_physical_units(score):
    score.human((0.4, 0.0, 0.2), 10.0)
    score.policy((0.5, 0.1, 0.0), MOVE, 10.1)
    score.policy((0.4, 0.0, 0.4), MOVE, 10.2)
    summary = score.summary(final=True)
    assert summary.pairs == 2
    np.testing.assert_allclose(summary.error, [0.05, 0.05, 0.2], atol=1e-7)
    assert summary.action_type == 1.0


def test_a_tick_is_paired_with_the_newest_command_of_before_it(score):
    score.human((0.1, 0.0, 0.0), 10.0)
    score.human((0.2, 0.0, 0.0), 10.1)
    score.human((0.9, 0.0, 0.0), 10.2)
    score.policy((0.2, 0.0, 0.0), MOVE, 10.15)
    assert score.summary(final=True).error[0] == pytest.approx(0.0)


def test_a_command_that_arrives_late_is_paired_by_its_stamp(score):
    score.policy((0.3, 0.0, 0.0), MOVE, 10.0)
    score.policy((0.3, 0.0, 0.0), MOVE, 10.1)
    score.human((0.3, 0.0, 0.0), 9.99)
    score.policy((0.3, 0.0, 0.0), MOVE, 10.35)
    assert score.summary().pairs == 1
    assert score.summary(final=True).pairs == 3
    assert score.summary().error == pytest.approx((0.0, 0.0, 0.0))


def test_ticks_without_a_human_or_a_policy_are_counted_and_not_scored(score):
    score.policy((0.3, 0.0, 0.0), MOVE, 9.0)
    score.human((0.3, 0.0, 0.0), 10.0)
    score.policy((0.3, 0.0, 0.0), MOVE, 10.0 + MATCH_AGE + 0.01)
    score.stopped()
    score.human((np.nan, 0.0, 0.0), 10.6)
    summary = score.summary(final=True)
    assert (summary.pairs, summary.unmatched, summary.stopped) == (0, 2, 1)


@pytest.mark.parametrize(
    ('policy', 'human', 'agree'),
    [
        ((0.5, 0.0, 0.0), (0.2, 0.0, 0.0), True),
        ((0.5, 0.0, 0.4), (0.5, 0.0, 0.0), True),
        ((0.5, 0.0, 0.5), (0.5, 0.0, -0.5), False),
        ((0.5, 0.0, 0.0), (-0.5, 0.0, 0.0), False),
        ((0.0, 0.25, 0.0), (0.5, 0.0, 0.0), False),
    ],
)
def test_directions_agree_within_45_degrees_of_the_scaled_velocities(score, policy, human, agree):
    score.human(human, 10.0)
    score.policy(policy, MOVE, 10.0)
    assert score.summary(final=True).direction == float(agree)


def test_standing_still_has_no_direction_but_an_action_type(score):
    score.human((0.0, 0.0, 0.0), 10.0)
    score.policy((0.0, 0.0, 0.0), STOP, 10.1)
    score.policy((0.5, 0.0, 0.0), MOVE, 10.2)
    summary = score.summary(final=True)
    assert (summary.pairs, summary.moving) == (2, 0)
    assert np.isnan(summary.direction)
    assert summary.action_type == 0.5


def test_turning_on_the_spot_is_told_from_moving(score):
    score.human((0.0, 0.0, 0.5), 10.0)
    score.policy((0.0, 0.0, 0.4), TURN, 10.1)
    score.policy((0.3, 0.0, 0.4), MOVE, 10.2)
    assert score.summary(final=True).action_type == 0.5


def test_a_long_drive_keeps_little_and_clearing_begins_anew(score):
    for tick in range(5000):
        score.human((0.3, 0.0, 0.0), 0.05 * tick)
        score.policy((0.3, 0.0, 0.0), MOVE, 0.05 * tick)
    assert len(score._human) < 100
    assert len(score._waiting) < 100
    assert score.summary(final=True).pairs == 5000
    score.clear()
    assert score.summary(final=True).pairs == 0
