# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""Tests for guard/clock_watch.py."""

import pytest

from mobile_vla_policy.guard.clock_watch import ClockWatch


def test_a_clock_that_runs_however_slowly_does_not_stand_still():
    watch = ClockWatch()
    assert [watch.still(100.0 + 0.01 * step, 5.0 + step) for step in range(4)] == [0.0] * 4


def test_the_time_since_it_last_moved_is_told():
    watch = ClockWatch()
    watch.still(100.0, 5.0)
    assert watch.still(100.0, 6.5) == pytest.approx(1.5)
    assert watch.still(99.0, 7.0) == 0.0
