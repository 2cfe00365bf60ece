# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""Tests for control_loop.py and the steady clock."""

import threading
import time

import numpy as np
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


class WatchedClock(SteadyClock):
    """A steady clock that tells what was due."""

    def __init__(self):
        super().__init__()
        self.due_times = []

    def reach(self, due):
        super().reach(due)
        self.due_times.append(due)


def test_the_loop_acts_once_per_due_time_and_stops_for_good():
    clock, acted, enough = WatchedClock(), [], threading.Event()

    def act(plan):
        acted.append((plan, time.monotonic()))
        if len(acted) == 40:
            enough.set()

    loop = ControlLoop(clock, 0.02, time.monotonic, act, pytest.fail)
    loop.start()
    assert enough.wait(60.0)
    loop.stop()
    count = len(acted)
    time.sleep(0.1)
    assert len(acted) == count == len(clock.due_times)
    # On the absolute grid, whatever the jitter was; prepared before, acted after.
    steps = (np.array(clock.due_times) - clock.due_times[0]) / 0.02
    assert steps == pytest.approx(np.round(steps), abs=1e-6)
    assert np.diff(np.round(steps)).min() >= 1
    for (prepared, moment), due in zip(acted, clock.due_times, strict=True):
        assert prepared <= moment
        assert due <= moment


def test_stopping_does_not_wait_for_the_next_tick():
    loop = ControlLoop(SteadyClock(), 60.0, lambda: None, lambda plan: None, pytest.fail)
    loop.start()
    start = time.monotonic()
    loop.stop()
    assert time.monotonic() - start < 60.0


@pytest.mark.parametrize('where', ['prepare', 'act'])
def test_a_failing_tick_ends_the_loop_and_is_reported(where):
    failures, reported = [], threading.Event()

    def fail(plan=None):
        raise ValueError('broken tick')

    def report(error):
        failures.append(error)
        reported.set()

    functions = (fail, pytest.fail) if where == 'prepare' else (lambda: None, fail)
    loop = ControlLoop(SteadyClock(), 0.01, *functions, report)
    loop.start()
    assert reported.wait(60.0)
    loop.stop()
    assert [str(error) for error in failures] == ['broken tick']
