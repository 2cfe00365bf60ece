# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""Tests for control_loop.py and the steady clock."""

import threading
import time

import pytest

from mobile_vla_policy.control_clock import SteadyClock
from mobile_vla_policy.control_loop import ControlLoop, Schedule


def test_due_times_lie_on_the_grid_and_do_not_drift():
    schedule = Schedule(0.05, start=100.0)
    now, due_times = 100.0, []
    for late in [0.0, 0.004, 0.02, 0.0, 0.049]:
        due = schedule.following(now)
        due_times.append(due)
        now = due + late
    assert due_times == pytest.approx([100.05, 100.10, 100.15, 100.20, 100.25])


def test_a_stall_is_skipped_and_not_caught_up():
    schedule = Schedule(0.05, start=100.0)
    assert schedule.following(100.0) == pytest.approx(100.05)
    assert schedule.following(101.02) == pytest.approx(101.05)
    assert schedule.following(101.05) == pytest.approx(101.10)


def test_waking_a_little_early_does_not_repeat_a_due_time():
    schedule = Schedule(0.05, start=100.0)
    due = schedule.following(100.0)
    assert schedule.following(due - 1e-4) == pytest.approx(100.10)


def test_a_clock_set_back_starts_the_grid_anew():
    schedule = Schedule(0.05, start=100.0)
    for step in range(20):
        schedule.following(100.0 + 0.05 * step)
    assert schedule.following(3.0) == pytest.approx(3.05)
    assert schedule.following(3.05) == pytest.approx(3.10)


def test_the_loop_keeps_its_rate_and_stops_for_good():
    ticks = []
    loop = ControlLoop(SteadyClock(), 0.02, lambda: ticks.append(time.monotonic()), pytest.fail)
    loop.start()
    time.sleep(1.01)
    loop.stop()
    count = len(ticks)
    time.sleep(0.1)
    assert len(ticks) == count
    assert 45 <= count <= 51
    # On the absolute grid: the last tick is where it belongs, whatever the jitter was.
    phase = (ticks[-1] - ticks[0]) % 0.02
    assert min(phase, 0.02 - phase) < 0.015


def test_stopping_does_not_wait_for_the_next_tick():
    loop = ControlLoop(SteadyClock(), 10.0, lambda: None, pytest.fail)
    loop.start()
    start = time.monotonic()
    loop.stop()
    assert time.monotonic() - start < 1.0


def test_a_failing_tick_ends_the_loop_and_is_reported():
    failures, reported = [], threading.Event()

    def fail():
        raise ValueError('broken tick')

    def report(error):
        failures.append(error)
        reported.set()

    loop = ControlLoop(SteadyClock(), 0.01, fail, report)
    loop.start()
    assert reported.wait(2.0)
    loop.stop()
    assert [str(error) for error in failures] == ['broken tick']
