# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""Tests for slew.py."""

import numpy as np
import pytest

from mobile_vla_core.errors import ConfigError
from mobile_vla_core.slew import Slew, SlewLimits

PERIOD = 0.05
LIMITS = SlewLimits((2.0, 2.0, 4.0), (4.0, 4.0, 8.0), stop_time=0.5)


def follow(slew, wanted, steps):
    return np.array([slew.follow(wanted).copy() for _ in range(steps)])


def brake(slew):
    """Brake to rest; return the velocities on the way, zero included."""
    way = []
    while slew.moving:
        way.append(slew.brake().copy())
        assert len(way) < 1000
    return np.array(way)


def test_without_limits_it_is_at_once_where_it_is_wanted():
    slew = Slew(SlewLimits(), PERIOD)
    np.testing.assert_array_equal(slew.follow([1.0, -0.5, 2.0]), np.float32([1.0, -0.5, 2.0]))
    np.testing.assert_array_equal(slew.brake(), np.zeros(3))


def test_no_axis_speeds_up_faster_than_allowed_and_the_end_is_exact():
    slew = Slew(LIMITS, PERIOD)
    wanted = np.float32([1.0, 0.2, -0.6])
    way = np.vstack([np.zeros(3), follow(slew, wanted, 12)])
    assert (np.abs(np.diff(way, axis=0)) <= np.array([2.0, 2.0, 4.0]) * PERIOD + 1e-6).all()
    np.testing.assert_array_equal(way[-1], wanted)
    assert not np.array_equal(way[8], wanted)


def test_all_axes_change_by_the_same_share_so_that_the_curvature_stays():
    slew = Slew(LIMITS, PERIOD)
    for velocity in follow(slew, [1.0, 0.2, -0.6], 9):
        np.testing.assert_allclose(velocity / velocity[0], [1.0, 0.2, -0.6], rtol=1e-5)


def test_slowing_down_may_be_faster_than_speeding_up():
    slew = Slew(LIMITS, PERIOD)
    follow(slew, [1.0, 0.0, 0.0], 20)
    assert slew.follow([0.0, 0.0, 0.0])[0] == pytest.approx(0.8)
    assert slew.follow([1.0, 0.0, 0.0])[0] == pytest.approx(0.9)


def test_braking_is_monotone_straight_and_ends_at_zero():
    slew = Slew(LIMITS, PERIOD)
    follow(slew, [0.5, 0.1, -0.4], 20)
    way = brake(slew)
    assert len(way) == 3
    assert (np.diff(np.abs(way), axis=0) <= 0.0).all()
    np.testing.assert_array_equal(way[-1], np.zeros(3))
    np.testing.assert_allclose(way[0] / way[0, 0], [1.0, 0.2, -0.8], rtol=1e-5)
    assert np.abs(np.diff(way[:, 0])).max() <= 4.0 * PERIOD + 1e-6


def test_braking_takes_no_longer_than_the_time_to_stop():
    slew = Slew(SlewLimits(deceleration=(0.1, 0.1, 0.1), stop_time=0.3), PERIOD)
    slew.follow([1.0, 0.0, 1.0])
    assert len(brake(slew)) == 6


def test_random_velocities_always_come_to_rest_in_time():
    generator = np.random.default_rng(2)
    slew = Slew(LIMITS, PERIOD)
    for velocity in generator.normal(scale=2.0, size=(200, 3)):
        follow(slew, velocity, 5)
        way = brake(slew)
        assert len(way) <= 10
        assert (np.diff(np.abs(way), axis=0) <= 1e-7).all()


def test_a_halt_is_at_once():
    slew = Slew(LIMITS, PERIOD)
    follow(slew, [1.0, 0.0, 0.0], 20)
    np.testing.assert_array_equal(slew.halt(), np.zeros(3))
    assert not slew.moving


def test_driving_on_while_braking_starts_from_the_velocity_that_is_left():
    slew = Slew(LIMITS, PERIOD)
    follow(slew, [1.0, 0.0, 0.0], 20)
    left = slew.brake()[0]
    assert 0.0 < left < 1.0
    assert slew.follow([1.0, 0.0, 0.0])[0] == pytest.approx(min(1.0, left + 0.1))


def test_a_negative_limit_is_refused():
    with pytest.raises(ConfigError, match='must be >= 0'):
        SlewLimits(acceleration=(-1.0, 0.0, 0.0))
