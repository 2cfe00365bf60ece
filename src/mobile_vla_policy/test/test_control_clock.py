# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""Tests for control_clock.py."""

import threading

import pytest
from rclpy.clock import ROSClock
from rclpy.time import Time

from mobile_vla_policy.control_clock import SimulatedClock, SteadyClock

MARGIN = 0.02
"""By how much a busy machine may delay a thread that takes Python's lock [s]."""


class Waiting:
    """A thread that waits on a clock."""

    def __init__(self, clock, due):
        self.stopped = threading.Event()
        self._thread = threading.Thread(target=clock.approach, args=(due, self.stopped))
        self._thread.start()

    def is_over(self, within):
        self._thread.join(within)
        return not self._thread.is_alive()


@pytest.fixture
def simulation():
    clock = ROSClock()
    clock._set_ros_time_is_active(True)
    return clock


def set_time(simulation, seconds):
    simulation.set_ros_time_override(Time(seconds=seconds, clock_type=simulation.clock_type))


@pytest.fixture
def clock(simulation):
    set_time(simulation, 50.0)
    clock = SimulatedClock(simulation)
    yield clock
    clock.close()


def test_a_steady_clock_waits_until_it_is_due():
    clock = SteadyClock()
    for ahead in (0.1, 0.0, -3600.0):
        due = clock.now() + ahead
        clock.approach(due, threading.Event())
        clock.reach(due)
        assert clock.now() >= due
    clock.close()


def test_no_other_thread_of_python_runs_when_a_steady_clock_is_about_to_be_due():
    # A lead long enough for a busy machine; where it was not, a later attempt shows it.
    assert any(quiet_before_due(SteadyClock(lead=5.0 * MARGIN)) > MARGIN for _ in range(5))


def quiet_before_due(clock):
    """Return for how long before a due time a busy thread did not run [s]."""
    looks, ending = [clock.now()], threading.Event()
    due = clock.now() + 2.0

    def look():
        while not ending.is_set():
            now = clock.now()
            if now <= due:
                looks[0] = now

    looking = threading.Thread(target=look)
    looking.start()
    clock.approach(due, threading.Event())
    clock.reach(due)
    ending.set()
    looking.join()
    clock.close()
    return due - looks[0]


def test_a_simulated_clock_waits_for_the_simulation(simulation, clock):
    assert clock.now() == pytest.approx(50.0)
    waiting = Waiting(clock, due=50.1)
    set_time(simulation, 50.05)
    assert not waiting.is_over(within=0.3)
    set_time(simulation, 50.1)
    assert waiting.is_over(within=1.0)


def test_a_simulation_that_starts_over_ends_the_wait(simulation, clock):
    waiting = Waiting(clock, due=50.1)
    assert not waiting.is_over(within=0.1)
    set_time(simulation, 1.0)
    assert waiting.is_over(within=1.0)


def test_a_stop_ends_the_wait_although_the_simulation_stands_still(clock):
    waiting = Waiting(clock, due=50.1)
    waiting.stopped.set()
    assert waiting.is_over(within=1.0)
