# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""Call a function at a fixed rate that neither drifts nor catches up in a burst."""

from __future__ import annotations

from collections.abc import Callable
from math import floor
import threading
from typing import Generic, TypeVar

from .control_clock import ControlClock

Plan = TypeVar('Plan')


class Schedule:
    """
    Due times on the grid `start + k * period`.

    :param period: time between two due times [s]
    :param start: the first due time [s]
    """

    def __init__(self, period: float, start: float) -> None:
        self._period = period
        self._start = start
        self._step = 0

    def following(self, now: float) -> float:
        """
        Return the next due time after `now` [s].

        Due times that passed meanwhile are left out. When the clock went back by more than a
        period, the grid starts anew at `now`.
        """
        passed = floor((now - self._start) / self._period)
        if passed < self._step - 1:
            self._start, self._step, passed = now, 0, 0
        self._step = max(self._step, passed) + 1
        return self._start + self._step * self._period


class ControlLoop(Generic[Plan]):
    """
    Act at a fixed rate, in a thread of its own.

    :param clock: what the rate is kept by
    :param period: time between due times [s]
    :param prepare: called shortly before each due time: what takes long and may be early
    :param act: called at the due time with what was prepared
    :param on_failure: called with the exception that ended the loop
    """

    def __init__(
        self,
        clock: ControlClock,
        period: float,
        prepare: Callable[[], Plan],
        act: Callable[[Plan], None],
        on_failure: Callable[[Exception], None],
    ) -> None:
        self._clock = clock
        self._period = period
        self._prepare = prepare
        self._act = act
        self._on_failure = on_failure
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._run, name='control-loop')

    @property
    def thread(self) -> threading.Thread:
        """The thread that prepares and acts."""
        return self._thread

    def start(self) -> None:
        """Start to act; the first due time is now."""
        self._thread.start()

    def stop(self) -> None:
        """Return when the last action is over; no other follows."""
        self._stopped.set()
        self._thread.join()
        self._clock.close()

    def _run(self) -> None:
        due = self._clock.now()
        schedule = Schedule(self._period, due)
        try:
            while not self._stopped.is_set():
                plan = self._prepare()
                self._clock.reach(due)
                self._act(plan)
                due = schedule.following(self._clock.now())
                self._clock.approach(due, self._stopped)
        except Exception as error:
            self._on_failure(error)
