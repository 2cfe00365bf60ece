# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""Command the base at every control tick: decide, publish, report."""

from __future__ import annotations

from collections.abc import Callable
import time

from rclpy.node import Node

from .command_publisher import CommandPublisher, to_twist
from .control_clock import ControlClock
from .control_loop import ControlLoop
from .pilot import Pilot
from .status_publisher import StatusPublisher


class Drive:
    """
    The work between activation and deactivation.

    :param node: whose clock the pilot judges by, and whose log tells what changes
    :param on_failure: called with the exception that ended the control loop
    """

    def __init__(
        self,
        node: Node,
        pilot: Pilot,
        commands: CommandPublisher,
        status: StatusPublisher,
        restarts: Callable[[], int],
        on_failure: Callable[[Exception], None],
    ) -> None:
        self._node = node
        self._pilot = pilot
        self._commands = commands
        self._status = status
        self._restarts = restarts
        self._on_failure = on_failure
        self._loop: ControlLoop | None = None

    @property
    def running(self) -> bool:
        """Whether the base is commanded."""
        return self._loop is not None

    def start(self, clock: ControlClock, period: float) -> None:
        """Begin to command the base, once per period [s]."""
        self._loop = ControlLoop(clock, period, self._tick, self._on_failure)
        self._loop.start()

    def stop(self) -> None:
        """End the control loop first, so that zero is the last word."""
        if self._loop is None:
            return
        self._loop.stop()
        self._loop = None
        self._commands.stop()
        self._status.inactive()

    def _tick(self) -> None:
        decision = self._pilot.decide(self._node.get_clock().now().nanoseconds * 1e-9)
        twist = to_twist(decision.velocity)
        self._commands.publish(twist)
        if not self._status.report(decision, twist, time.monotonic(), self._restarts()):
            return
        if decision.reason is None:
            self._node.get_logger().info(f'driving: {self._pilot.instruction}')
        else:
            self._node.get_logger().warning(decision.sentence)
