# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""Tests for period_meter.py."""

from math import isnan

import pytest

from mobile_vla_core.period_meter import PeriodMeter


def marked(*times):
    meter = PeriodMeter(0.05, size=1000)
    for time in times:
        meter.mark(time)
    return meter


def test_errors_are_distances_from_the_wanted_period_early_or_late():
    found = marked(1.0, 1.05, 1.11, 1.15).summary()
    assert found.error.count == 3
    assert found.error.max == pytest.approx(0.01)
    assert found.period.max == pytest.approx(0.06)
    assert found.rate == pytest.approx(20.0)


def test_one_late_event_shows_in_two_periods_and_does_not_change_the_rate():
    times = [0.05 * step for step in range(101)]
    times[50] += 0.02
    found = marked(*times).summary()
    assert found.rate == pytest.approx(20.0)
    assert found.error.p99 == pytest.approx(0.02)
    assert found.error.p50 == pytest.approx(0.0, abs=1e-9)


def test_a_pause_is_no_period():
    meter = marked(1.0, 1.05)
    meter.pause()
    meter.mark(9.0)
    meter.mark(9.05)
    found = meter.summary()
    assert (found.period.count, found.period.max) == (2, pytest.approx(0.05))


def test_there_is_no_rate_before_two_events():
    assert isnan(marked(1.0).summary().rate)
    assert isnan(marked().summary().rate)
