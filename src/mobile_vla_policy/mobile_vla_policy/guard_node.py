# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""The node `guard`: commands of the policy in, the same or zero out, whatever happens to it."""

from __future__ import annotations

import sys

from geometry_msgs.msg import Twist, TwistStamped
from rclpy.clock import Clock, ClockType
from rclpy.node import Node
from rclpy.qos import QoSProfile
from rclpy.qos_overriding_options import QoSOverridingOptions

from .command_publisher import CommandPublisher, to_twist
from .diagnostics_publisher import DiagnosticsPublisher
from .guard.clock_watch import ClockWatch
from .guard.command_guard import CommandGuard, GuardReason
from .guard.parameters import declare_parameters, read_parameters
from .health import HealthRow, Level
from .node_process import run_node

_FAULTS = frozenset({GuardReason.CROWDED, GuardReason.NOT_FINITE})
"""The other reasons are those of a policy that is not there or not driving."""

_UNKNOWN = '_NODE_NAME_UNKNOWN_'
"""What the middleware calls a node whose topic it knows, but not its name."""


class GuardNode(Node):
    """Topics, clock and log around a CommandGuard."""

    def __init__(self) -> None:
        super().__init__('guard')
        declare_parameters(self)
        parameters = read_parameters(self)
        self._topic = self.resolve_topic_name(parameters.input_topic)
        self._guard = CommandGuard(self._topic, parameters.limits, parameters.timeout)
        self._passed = 0
        self._reported: GuardReason | None = None
        # Real time that nobody can set. A simulation is followed in its own, which may be slower,
        # but looked at in real time: its clock may stop.
        self._steady = Clock(clock_type=ClockType.STEADY_TIME)
        simulated = self.get_parameter('use_sim_time').value
        self._time = self.get_clock() if simulated else self._steady
        self._watch = ClockWatch()
        self._commands = CommandPublisher(
            self,
            parameters.cmd_vel_topic,
            stamped=parameters.stamped,
            frame_id=parameters.frame_id,
        )
        self._stamped = parameters.stamped
        self.create_subscription(
            TwistStamped if parameters.stamped else Twist,
            parameters.input_topic,
            self._on_command,
            QoSProfile(depth=1),
            qos_overriding_options=QoSOverridingOptions.with_default_policies(),
        )
        DiagnosticsPublisher(self, lambda: [self._health()])
        self.create_timer(1.0 / parameters.rate, self._check, clock=self._steady)

    def begin(self) -> bool:
        """Guard from the first message on."""
        return True

    def stop(self) -> None:
        """Give the base zero and wait until it has it, but not for long."""
        self._commands.stop()

    @property
    def busy(self) -> bool:
        """Return False: nobody waits for an answer of the guard."""
        return False

    def _on_command(self, message: Twist | TwistStamped) -> None:
        twist = message.twist if self._stamped else message
        velocity = (twist.linear.x, twist.linear.y, twist.angular.z)
        now = self._now()
        self._commands.publish(to_twist(self._guard.command(velocity, now)))
        self._passed += self._guard.reason(now) is None

    def _check(self) -> None:
        now = self._now()
        still = self._watch.still(now, _seconds(self._steady))
        zero = self._guard.check(self._senders(), now, still)
        if zero is not None:
            self._commands.publish(to_twist(zero))
        reason = self._guard.reason(now)
        if reason is not self._reported:
            self._reported = reason
            sentence = self._guard.sentence(now)
            if reason is None:
                self.get_logger().info('commands are passed on')
            else:
                self.get_logger().warning(sentence)

    def _senders(self) -> list[str]:
        if self.count_publishers(self._topic) < 2:  # Cheap, and nearly always so.
            return []
        found = self.get_publishers_info_by_topic(self._topic)
        return [
            'a node not known yet'
            if one.node_name == _UNKNOWN
            else f'{one.node_namespace.rstrip("/")}/{one.node_name}'
            for one in found
        ]

    def _health(self) -> HealthRow:
        now = self._now()
        reason = self._guard.reason(now)
        level = Level.ERROR if reason in _FAULTS else Level.OK if reason is None else Level.WARN
        message = self._guard.sentence(now) or 'commands are passed on'
        return HealthRow('commands', level, message, {'passed on': str(self._passed)})

    def _now(self) -> float:
        return _seconds(self._time)


def _seconds(clock: Clock) -> float:
    return clock.now().nanoseconds * 1e-9


def main(arguments: list[str] | None = None) -> int:
    """Run the guard until it is told to end; the base has its zero before this returns."""
    return run_node('guard', __doc__, declare_parameters, lambda _: GuardNode(), arguments)


if __name__ == '__main__':
    sys.exit(main())
