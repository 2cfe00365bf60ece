# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""Command the base at every control tick: decide, publish, report."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
import time

from geometry_msgs.msg import Twist
import numpy as np
from numpy.typing import NDArray
from rclpy.node import Node

from mobile_vla_core.period_meter import PeriodMeter
from mobile_vla_core.safety import HARD_STOPS
from mobile_vla_core.slew import Slew, SlewLimits

from .command_publisher import CommandPublisher, to_twist
from .companions import Companions
from .control_clock import ControlClock
from .control_loop import ControlLoop
from .decision import Decision
from .pilot import Pilot
from .realtime import (
    calm_interpreter,
    give_up_realtime_priority,
    keep_memory,
    take_realtime_priority,
)
from .status_publisher import StatusPublisher
from .tick import Tick

_PERIODS = 1200
"""Periods whose lengths are remembered: a minute at 20 Hz."""


@dataclass(frozen=True)
class _Plan:
    """What is published at the due time, and all that is told of it afterwards."""

    twist: Twist
    tick: Tick


class Drive:
    """
    The work between activation and deactivation.

    :param node: whose clock the pilot judges by, and whose log tells what changes
    :param realtime_priority: SCHED_FIFO priority of the control loop, 0 for none
    :param slew: how fast velocities may change
    :param companions: may put a human's command before the policy's
    :param watch: told of every tick
    :param on_failure: called with the exception that ended the control loop
    """

    def __init__(
        self,
        node: Node,
        pilot: Pilot,
        commands: CommandPublisher,
        status: StatusPublisher,
        restarts: Callable[[], int],
        realtime_priority: int,
        slew: SlewLimits,
        companions: Companions,
        watch: Callable[[Tick], None],
        on_failure: Callable[[Exception], None],
    ) -> None:
        self._node = node
        self._pilot = pilot
        self._commands = commands
        self._status = status
        self._restarts = restarts
        self._realtime_priority = realtime_priority
        self._slew_limits = slew
        self._companions = companions
        self._watch = watch
        self._on_failure = on_failure
        self._loop: ControlLoop | None = None
        self.meter = PeriodMeter(1.0, _PERIODS)
        """Of the commands since activation."""

    @property
    def running(self) -> bool:
        """Whether the base is commanded."""
        return self._loop is not None

    def start(self, clock: ControlClock, period: float) -> None:
        """Begin to command the base, once per period [s]."""
        keep_memory()
        calm_interpreter()
        self.meter = PeriodMeter(period, _PERIODS)
        self._period = period
        self._slew = Slew(self._slew_limits, period)
        self._loop = ControlLoop(clock, period, self._plan, self._command, self._on_failure)
        self._loop.start()
        self._status.notes = ()
        if self._realtime_priority:
            refusal = take_realtime_priority(self._realtime_priority, self._loop.thread)
            self._status.notes = (refusal,) if refusal else ()
            if refusal:
                self._node.get_logger().warning(refusal)

    def stop(self) -> None:
        """Bring the base to rest; the control loop ends first, so that zero is the last word."""
        if self._loop is None:
            return
        self._loop.stop()
        self._loop = None
        if self._realtime_priority:
            give_up_realtime_priority()
        try:
            self._ramp_down()
        finally:
            self._commands.stop()
        self._status.inactive()

    def _ramp_down(self) -> None:
        """Brake in real time, whatever clock the loop had; the emergency stop ends it at once."""
        while self._slew.moving and not self._pilot.arming.emergency_stop:
            self._commands.publish(to_twist(self._slew.brake()))
            time.sleep(self._period)

    def _shape(self, decision: Decision) -> NDArray[np.float32]:
        """Return the velocity that the base can follow, shape (3,)."""
        if decision.reason in HARD_STOPS:
            return self._slew.halt()
        if decision.reason is not None:
            return self._slew.brake()
        return self._slew.follow(decision.velocity)

    def _plan(self) -> _Plan:
        """Decide, a little before the command is due."""
        now = self._node.get_clock().now().nanoseconds * 1e-9
        chosen = self._pilot.decide(now)
        decision, driver = self._companions.override(chosen, now)
        decision = replace(decision, velocity=self._shape(decision))
        tick = Tick(now, chosen, decision, driver)
        return _Plan(to_twist(decision.velocity), tick)

    def _command(self, plan: _Plan) -> None:
        """Publish the command, and only then tell of it."""
        self._commands.publish(plan.twist)
        self.meter.mark(time.monotonic())
        self._watch(plan.tick)
        decision, driver = plan.tick.decision, plan.tick.driver
        restarts = self._restarts()
        if not self._status.report(decision, plan.twist, time.monotonic(), restarts, driver):
            return
        if decision.reason is None:
            self._node.get_logger().info(f'driving ({driver}): {self._pilot.instruction}')
        else:
            self._node.get_logger().warning(decision.sentence)
