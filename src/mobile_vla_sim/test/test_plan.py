# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""Tests for plan.py."""

from collections import Counter

import pytest

from mobile_vla_core.errors import ConfigError
from mobile_vla_sim.plan import Plan
from mobile_vla_sim.scenario import SCENARIOS
from mobile_vla_sim.trial import HELD_OUT_SEED


def _jobs(plan):
    return list(iter(plan.take, None))


def test_scenarios_take_turns():
    jobs = _jobs(Plan(episodes=24, seed=100))
    assert Counter(job.scenario for job in jobs) == dict.fromkeys(SCENARIOS, 3)


def test_each_scene_is_driven_on_both_sides():
    jobs = _jobs(Plan(episodes=24, seed=100))
    for left, right in zip(jobs[::2], jobs[1::2], strict=True):
        assert left.seed == right.seed
        assert SCENARIOS[left.scenario].opposite.name == right.scenario
    assert [job.seed for job in jobs[::2]] == list(range(100, 112))


def test_a_failed_job_is_replaced_by_another_seed_of_its_scenario():
    plan = Plan(episodes=8, seed=0)
    failed = _jobs(plan)[3]
    assert plan.replace(failed)
    (spare,) = _jobs(plan)
    assert spare.scenario == failed.scenario
    assert spare.seed == 8
    assert plan.failed == {failed.scenario: 1}


def test_scenes_held_out_for_evaluation_are_never_recorded():
    with pytest.raises(ConfigError, match='from 900000 on: choose a smaller seed'):
        Plan(episodes=160, seed=HELD_OUT_SEED - 300)
    jobs = _jobs(Plan(episodes=160, seed=HELD_OUT_SEED - 320))
    assert max(job.seed for job in jobs) < HELD_OUT_SEED


def test_too_many_failures_end_the_plan():
    plan = Plan(episodes=2, seed=0)
    job = plan.take()
    assert [plan.replace(job) for _ in range(3)] == [True, True, False]
