# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""Command the base at every control tick: decide, publish, report."""

from __future__ import annotations

from collections.abc import Callable
import time

from rclpy.node import Node

from mobile_vla_core.period_meter import PeriodMeter

from .command_publisher import CommandPublisher, to_twist
from .control_clock import ControlClock
from .control_loop import ControlLoop
from .pilot import Pilot
from .realtime import calm_interpreter, give_up_realtime_priority, take_realtime_priority
from .status_publisher import StatusPublisher

_PERIODS = 1200
"""Periods whose lengths are remembered: a minute at 20 Hz."""


class Drive:
    """
    The work between activation and deactivation.

    :param node: whose clock the pilot judges by, and whose log tells what changes
    :param realtime_priority: SCHED_FIFO priority of the control loop, 0 for none
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
        on_failure: Callable[[Exception], None],
    ) -> None:
        self._node = node
        self._pilot = pilot
        self._commands = commands
        self._status = status
        self._restarts = restarts
        self._realtime_priority = realtime_priority
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
        calm_interpreter()
        self.meter = PeriodMeter(period, _PERIODS)
        self._loop = ControlLoop(clock, period, self._tick, self._on_failure)
        self._loop.start()
        self._status.notes = ()
        if self._realtime_priority:
            refusal = take_realtime_priority(self._realtime_priority, self._loop.thread)
            self._status.notes = (refusal,) if refusal else ()
            if refusal:
                self._node.get_logger().warning(refusal)

    def stop(self) -> None:
        """End the control loop first, so that zero is the last word."""
        if self._loop is None:
            return
        self._loop.stop()
        self._loop = None
        if self._realtime_priority:
            give_up_realtime_priority()
        self._commands.stop()
        self._status.inactive()

    def _tick(self) -> None:
        decision = self._pilot.decide(self._node.get_clock().now().nanoseconds * 1e-9)
        twist = to_twist(decision.velocity)
        self._commands.publish(twist)
        self.meter.mark(time.monotonic())
        if not self._status.report(decision, twist, time.monotonic(), self._restarts()):
            return
        if decision.reason is None:
            self._node.get_logger().info(f'driving: {self._pilot.instruction}')
        else:
            self._node.get_logger().warning(decision.sentence)
