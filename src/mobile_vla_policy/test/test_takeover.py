# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""Tests for takeover.py."""

import numpy as np
import pytest

from mobile_vla_core.safety import VelocityLimits
from mobile_vla_policy.takeover import Phase, Takeover

LIMITS = VelocityLimits(low=(-0.2, -0.4, -1.0), high=(0.8, 0.4, 1.0))
NOW = 1000.0


@pytest.fixture
def takeover():
    return Takeover(LIMITS, timeout=0.5, hold=0.0)


def test_nobody_takes_over_by_himself(takeover):
    assert takeover.phase(NOW) is Phase.POLICY


def test_a_command_of_the_driver_counts_at_once_and_until_its_timeout(takeover):
    takeover.drive((0.4, 0.1, -0.5), NOW)
    for age in (0.0, 0.5):
        phase, velocity = takeover.at(NOW + age)
        assert phase is Phase.HUMAN
        np.testing.assert_allclose(velocity, [0.4, 0.1, -0.5], rtol=1e-6)


def test_a_command_that_comes_while_a_tick_is_planned_counts_at_once(takeover):
    takeover.drive((0.4, 0.0, 0.0), NOW + 0.0002)
    phase, velocity = takeover.at(NOW)
    assert phase is Phase.HUMAN
    assert velocity[0] == pytest.approx(0.4)


def test_the_newest_command_counts(takeover):
    takeover.drive((0.4, 0.0, 0.0), NOW)
    takeover.drive((-0.1, 0.0, 0.0), NOW + 0.3)
    phase, velocity = takeover.at(NOW + 0.7)
    assert phase is Phase.HUMAN
    assert velocity[0] == pytest.approx(-0.1)


def test_a_zero_of_the_driver_takes_over_too(takeover):
    takeover.drive((0.0, 0.0, 0.0), NOW)
    assert takeover.phase(NOW) is Phase.HUMAN


def test_a_drivers_command_is_brought_within_the_limits_on_its_curve(takeover):
    takeover.drive((1.6, 0.0, 1.0), NOW)
    np.testing.assert_allclose(takeover.at(NOW)[1], [0.8, 0.0, 0.5], rtol=1e-6)


@pytest.mark.parametrize('value', [np.nan, np.inf])
def test_a_drivers_command_that_is_not_finite_is_zero(takeover, value):
    takeover.drive((0.4, value, 0.0), NOW)
    phase, velocity = takeover.at(NOW)
    assert phase is Phase.HUMAN
    np.testing.assert_array_equal(velocity, np.zeros(3))


def test_after_the_drivers_last_command_the_robot_is_held_until_it_is_armed(takeover):
    takeover.drive((0.4, 0.0, 0.0), NOW)
    phase, velocity = takeover.at(NOW + 0.51)
    assert phase is Phase.HELD
    np.testing.assert_array_equal(velocity, np.zeros(3))
    assert takeover.phase(NOW + 1e6) is Phase.HELD
    takeover.release()
    assert takeover.phase(NOW + 1e6) is Phase.POLICY


def test_by_option_the_policy_goes_on_after_a_time():
    takeover = Takeover(LIMITS, timeout=0.5, hold=2.0)
    takeover.drive((0.4, 0.0, 0.0), NOW)
    assert takeover.phase(NOW + 2.4) is Phase.HELD
    assert takeover.phase(NOW + 2.5) is Phase.POLICY
    assert takeover.phase(NOW + 0.1) is Phase.POLICY


def test_a_clock_set_back_does_not_give_the_driver_the_base_for_ever(takeover):
    takeover.drive((0.4, 0.0, 0.0), NOW)
    assert takeover.phase(5.0) is Phase.HELD
