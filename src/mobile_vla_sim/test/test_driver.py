# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""Tests for driver.py."""

from mobile_vla_core.action_space import ACTION_TYPE, ActionType
from mobile_vla_sim.driver import Driver, DriverConfig
from mobile_vla_sim.geometry import Pose
from mobile_vla_sim.judge import Outcome

FAR, NEAR, CUP = Pose(0.0, 0.0, 0.0), Pose(2.8, 0.0, 0.0), (3.0, 0.0)


def _kinds(driver, pose, frames):
    return [ActionType(int(driver.answer(pose, CUP, [])[ACTION_TYPE])) for _ in range(frames)]


def test_the_first_frame_is_answered_by_a_stop():
    driver = Driver(side=1)
    assert _kinds(driver, FAR, 3) == [ActionType.STOP, ActionType.MOVEMENT, ActionType.MOVEMENT]


def test_an_episode_ends_after_five_stops_at_the_cup():
    driver = Driver(side=1)
    _kinds(driver, FAR, 10)
    driver.observe(Outcome.SUCCESS)
    assert not driver.done
    _kinds(driver, NEAR, 4)
    assert not driver.done
    _kinds(driver, NEAR, 1)
    assert driver.done
    assert driver.success


def test_a_collision_ends_an_episode_as_a_failure():
    driver = Driver(side=1)
    _kinds(driver, FAR, 10)
    driver.observe(Outcome.COLLISION)
    assert driver.done
    assert not driver.success


def test_standing_at_the_cup_is_no_success_when_the_judge_says_otherwise():
    driver = Driver(side=1)
    driver.observe(Outcome.WRONG_SIDE)
    _kinds(driver, NEAR, 10)
    assert driver.done
    assert not driver.success


def test_an_episode_that_takes_too_long_ends_as_a_failure():
    driver = Driver(side=1, config=DriverConfig(max_frames=20))
    _kinds(driver, FAR, 20)
    assert not driver.done
    _kinds(driver, FAR, 1)
    assert driver.done
    assert not driver.success
