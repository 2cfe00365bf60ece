# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""The two clocks that a control loop can keep its rate by."""

from __future__ import annotations

import ctypes
import sys
import threading
import time
from typing import Protocol

from rclpy.clock import Clock, JumpThreshold, TimeJump
from rclpy.duration import Duration

from .realtime import SWITCH_INTERVAL

_GLANCE = 0.2
"""Real time between looks at the stop request while a simulation stands still [s]."""
_LEAD, _LEAD_SHARE = 0.002, 0.05
"""How much before the due time Python's lock is taken: seconds, and share of the wait at most."""
_PREPARATION = 1.5
"""How much before the due time `approach` ends, in parts of that."""
_AT_ONCE, _PAUSE = 0.0001, 0.00025
"""How late Python's lock may come when no thread has it, and time for one to finish [s]."""
_ACTION = 0.002
"""Time after the due time in which nobody asks for Python's lock either [s]."""
_TIMER_ABSTIME = 1
"""From time.h."""
_LIBC = ctypes.PyDLL(None)
"""Unlike CDLL, its functions keep Python's lock."""


class _TimeSpec(ctypes.Structure):
    _fields_ = (('seconds', ctypes.c_long), ('nanoseconds', ctypes.c_long))


class ControlClock(Protocol):
    """A clock that can be waited on, and a wait that can be ended."""

    def now(self) -> float:
        """Return the time [s]; its origin does not matter."""

    def approach(self, due: float, stopped: threading.Event) -> None:
        """Return in time to prepare for `due` [s], or as soon as `stopped` is set."""

    def reach(self, due: float) -> None:
        """Return at `due` [s], shortly after `approach`."""

    def close(self) -> None:
        """Give back what the clock holds."""


class SteadyClock:
    """
    Real time that nobody can set.

    The last of the wait is spent asleep with Python's lock in hand, which nobody asks for until
    the due time is over: a thread that was converting an image has given it back by then, and
    none can begin to. That makes the due time exact.

    :param lead: how much before the due time the lock is taken, at most [s]
    """

    def __init__(self, lead: float = _LEAD) -> None:
        self._longest_lead = lead
        self._lead = 0.0

    def now(self) -> float:
        """Return the time since some start [s]."""
        return time.monotonic()

    def approach(self, due: float, stopped: threading.Event) -> None:
        """Return in time to prepare for `due` [s], or as soon as `stopped` is set."""
        sys.setswitchinterval(SWITCH_INTERVAL)
        left = due - time.monotonic()
        self._lead = max(0.0, min(self._longest_lead, _LEAD_SHARE * left))
        stopped.wait(max(0.0, left - _PREPARATION * self._lead))

    def reach(self, due: float) -> None:
        """Return at `due` [s], shortly after `approach`."""
        moment = due - self._lead
        time.sleep(max(0.0, moment - time.monotonic()))
        # The thread that had the lock until now asks for it back: better let it finish.
        while moment + _AT_ONCE < time.monotonic() < due - self._lead / 2.0:
            moment = time.monotonic() + _PAUSE
            time.sleep(_PAUSE)
        # Who waits for the lock makes its holder hand it over after this time, asleep or not.
        sys.setswitchinterval(self._lead + _ACTION)
        moment = _TimeSpec(int(due), int(due % 1.0 * 1e9))
        _LIBC.clock_nanosleep(time.CLOCK_MONOTONIC, _TIMER_ABSTIME, ctypes.byref(moment), None)

    def close(self) -> None:
        """Let the threads of Python take turns again."""
        sys.setswitchinterval(SWITCH_INTERVAL)


class SimulatedClock:
    """
    The time of a simulation, as a node receives it on /clock.

    :param clock: the node's clock, with `use_sim_time` on
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._changed = threading.Condition()
        smallest = Duration(nanoseconds=1)
        self._handle = clock.create_jump_callback(
            JumpThreshold(min_forward=smallest, min_backward=Duration(nanoseconds=-1)),
            post_callback=self._notify,
        )

    def now(self) -> float:
        """Return the simulated time [s]."""
        return self._clock.now().nanoseconds * 1e-9

    def approach(self, due: float, stopped: threading.Event) -> None:
        """Return at `due` [s], when the time goes back, or soon after `stopped` is set."""
        start = self.now()
        with self._changed:
            while not stopped.is_set() and start <= self.now() < due:
                self._changed.wait(_GLANCE)

    def reach(self, due: float) -> None:
        """Return at once: the simulation is there."""

    def close(self) -> None:
        """Stop listening to the clock."""
        self._handle.unregister()

    def _notify(self, _: TimeJump) -> None:
        with self._changed:
            self._changed.notify_all()
