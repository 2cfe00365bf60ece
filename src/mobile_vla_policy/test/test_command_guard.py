# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""Tests for guard/command_guard.py."""

import numpy as np
import pytest

from mobile_vla_core.safety import VelocityLimits
from mobile_vla_policy.guard.command_guard import CommandGuard, GuardReason

LIMITS = VelocityLimits(low=(-1.0, -1.0, -2.0), high=(1.0, 1.0, 2.0))
AHEAD, ZERO = (0.5, 0.0, 0.25), (0.0, 0.0, 0.0)
ONE = ['/policy']


@pytest.fixture
def guard():
    return CommandGuard('/cmd_vel_policy', LIMITS, 0.15)


@pytest.fixture
def passing(guard):
    guard.command(ZERO, 10.0)
    assert guard.command(AHEAD, 10.05) == pytest.approx(AHEAD)
    return guard


def test_a_command_is_passed_on_unchanged_and_no_zero_is_added(passing):
    assert passing.command(AHEAD, 10.1) == pytest.approx(AHEAD)
    assert passing.check(ONE, 10.24) is None
    assert passing.sentence(10.24) == ''


def test_silence_means_zero_again_and_again(passing):
    for now in (10.21, 10.3, 500.0):
        assert not passing.check(ONE, now).any()
    assert passing.sentence(10.25) == (
        'no command on /cmd_vel_policy for 0.20 s, allowed are 0.15 s'
    )


def test_before_the_first_command_it_is_zero(guard):
    assert not guard.check([], 10.0).any()
    assert 'no command on /cmd_vel_policy yet' in guard.sentence(10.0)


def test_a_drive_that_was_interrupted_goes_on_only_from_a_stop(passing):
    assert not passing.command(AHEAD, 10.21).any()
    assert passing.reason(10.22) is GuardReason.NOT_FROM_REST
    assert not passing.check(ONE, 10.22).any()
    assert not passing.command(AHEAD, 10.25).any()
    assert not passing.command(ZERO, 10.3).any()
    assert passing.command(AHEAD, 10.35) == pytest.approx(AHEAD)
    assert passing.check(ONE, 10.36) is None


def test_a_guard_that_is_started_in_the_middle_of_a_drive_waits_for_a_stop(guard):
    assert not guard.command(AHEAD, 10.0).any()
    assert guard.reason(10.0) is GuardReason.NOT_FROM_REST


@pytest.mark.parametrize('bad', [np.nan, np.inf, -np.inf])
def test_a_command_that_is_not_finite_becomes_zero_until_a_zero_comes(passing, bad):
    assert not passing.command((0.5, bad, 0.0), 10.1).any()
    assert passing.reason(10.1) is GuardReason.NOT_FINITE
    assert not passing.command(AHEAD, 10.15).any()
    assert not passing.check(ONE, 10.15).any()
    passing.command(ZERO, 10.2)
    assert passing.command(AHEAD, 10.25) == pytest.approx(AHEAD)


def test_a_command_that_is_too_fast_is_slowed_down_on_its_path(passing):
    assert passing.command((2.0, 0.0, 1.0), 10.1) == pytest.approx((1.0, 0.0, 0.5))


def test_two_publishers_mean_zero_and_both_are_named(passing):
    assert not passing.check(['/a/policy', '/b/policy'], 10.1).any()
    assert not passing.command(AHEAD, 10.12).any()
    assert not passing.command(ZERO, 10.13).any()
    assert '2 publishers on /cmd_vel_policy (/a/policy, /b/policy)' in passing.sentence(10.13)
    assert not passing.check(ONE, 10.14).any()
    assert not passing.command(AHEAD, 10.16).any(), 'the one that is left has to stop first'
    passing.command(ZERO, 10.2)
    assert passing.command(AHEAD, 10.25) == pytest.approx(AHEAD)


def test_a_clock_that_stands_still_means_zero_until_it_runs_and_a_zero_comes(passing):
    assert passing.check(ONE, 10.05, still=0.9) is None
    assert not passing.check(ONE, 10.05, still=1.2).any()
    assert 'the time on /clock has stood still for 1.2 s' in passing.sentence(10.05)
    assert not passing.command(AHEAD, 10.05).any()
    assert not passing.check(ONE, 10.1, still=0.0).any()
    assert not passing.command(AHEAD, 10.1).any(), 'the base stands, so it has to begin from rest'
    passing.command(ZERO, 10.15)
    assert passing.command(AHEAD, 10.2) == pytest.approx(AHEAD)


def test_a_simulation_that_is_set_back_is_a_silence(passing):
    assert not passing.check(ONE, 3.0).any()
    assert not passing.command(AHEAD, 3.1).any()
    passing.command(ZERO, 3.15)
    assert passing.command(AHEAD, 3.2) == pytest.approx(AHEAD)
