# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""Tests for control_clock.py."""

import threading
import time

import pytest
from rclpy.clock import ROSClock
from rclpy.time import Time

from mobile_vla_policy.control_clock import SimulatedClock, SteadyClock


class Waiting:
    """A thread that waits on a clock."""

    def __init__(self, clock, due):
        self.stopped = threading.Event()
        self._thread = threading.Thread(target=clock.wait_until, args=(due, self.stopped))
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
    due = clock.now() + 0.1
    clock.wait_until(due, threading.Event())
    assert 0.0 <= clock.now() - due < 0.05
    start = time.monotonic()
    clock.wait_until(due, threading.Event())
    assert time.monotonic() - start < 0.05


def test_no_other_thread_of_python_runs_when_a_steady_clock_is_about_to_be_due():
    # Where the machine is too busy to wake up early, a later attempt shows it.
    assert any(looks_before_due(SteadyClock()) <= 1 for _ in range(20))


def looks_before_due(clock):
    """Return how often a busy thread saw the last millisecond before a due time."""
    looks, ending = [], threading.Event()

    def look():
        while not ending.is_set():
            looks.append(clock.now())

    looking = threading.Thread(target=look)
    looking.start()
    due = clock.now() + 0.1
    clock.wait_until(due, threading.Event())
    late = clock.now() - due
    ending.set()
    looking.join()
    assert late >= 0.0
    return sum(due - 0.001 < look < due for look in looks)


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
