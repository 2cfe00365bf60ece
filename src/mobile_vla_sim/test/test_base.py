# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""Tests for base.py."""

import math

import numpy as np
import pytest

from mobile_vla_sim.base import BaseConfig, OmniBase
from mobile_vla_sim.geometry import Pose

CONFIG = BaseConfig(time_constant=0.1, command_timeout=0.5)


@pytest.fixture
def base():
    return OmniBase(CONFIG)


def test_velocity_follows_a_command_with_the_time_constant(base):
    base.command([1.0, 0.0, 0.0], now=0.0)
    base.step(0.1, now=0.0)
    assert base.velocity[0] == pytest.approx(1.0 - math.exp(-1.0))
    assert base.pose.x == pytest.approx(0.1 - 0.1 * (1.0 - math.exp(-1.0)))


def test_the_pose_does_not_depend_on_the_step(base):
    base.command([0.5, -0.3, 0.0], now=0.0)
    base.step(0.3, now=0.0)
    other = OmniBase(CONFIG)
    other.command([0.5, -0.3, 0.0], now=0.0)
    for i in range(30):
        other.step(0.01, now=0.01 * i)
    assert (base.pose.x, base.pose.y) == pytest.approx((other.pose.x, other.pose.y))


def test_velocities_are_in_the_frame_of_the_base(base):
    base.reset(Pose(1.0, 2.0, math.pi / 2))
    base.command([1.0, 0.0, 0.0], now=0.0)
    base.step(0.2, now=0.0)
    assert base.pose.x == pytest.approx(1.0)
    assert base.pose.y > 2.05


def test_a_circle_closes(base):
    base.command([0.5, 0.0, 1.0], now=0.0)
    base.step(0.5, now=0.0)
    begin, period = base.pose, 2.0 * math.pi
    for i in range(1000):
        base.command([0.5, 0.0, 1.0], now=i * period / 1000)
        base.step(period / 1000, now=i * period / 1000)
    assert math.hypot(base.pose.x - begin.x, base.pose.y - begin.y) < 0.01


def test_the_base_stops_when_commands_stop(base):
    base.command([1.0, 0.0, 0.0], now=10.0)
    np.testing.assert_array_equal(base.command_in_force(10.5), [1.0, 0.0, 0.0])
    np.testing.assert_array_equal(base.command_in_force(10.51), [0.0, 0.0, 0.0])
    base.step(2.0, now=10.0)
    assert abs(base.velocity[0]) < 1e-5
    assert base.pose.x == pytest.approx(0.5, abs=0.03)


def test_commands_are_limited(base):
    base.command([9.0, -9.0, 9.0], now=0.0)
    limits = [CONFIG.max_linear, -CONFIG.max_linear, CONFIG.max_angular]
    np.testing.assert_array_equal(base.command_in_force(0.0), limits)


@pytest.mark.parametrize('bad', [[math.nan, 0.0, 0.0], [math.inf, 0.0, 0.0], [1.0, 0.0]])
def test_a_command_that_is_no_velocity_stops(base, bad):
    base.command([1.0, 0.0, 0.0], now=0.0)
    base.command(bad, now=0.1)
    np.testing.assert_array_equal(base.command_in_force(0.1), [0.0, 0.0, 0.0])


def test_a_reset_forgets_speed_and_command(base):
    base.command([1.0, 0.0, 0.0], now=0.0)
    base.step(0.2, now=0.0)
    base.reset(Pose(3.0, 0.0, 0.0))
    base.step(0.2, now=0.2)
    assert base.pose == Pose(3.0, 0.0, 0.0)
