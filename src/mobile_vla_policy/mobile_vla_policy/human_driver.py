# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""The human who may take over at any time: his topic, his turn, what is recorded of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from rclpy.clock import Clock, ClockType
from rclpy.node import Node

from mobile_vla_core.action_space import ActionType, derive_action_type
from mobile_vla_core.safety import StopReason

from .correction import Correction
from .decision import Decision
from .gates.arming import Arming
from .takeover import Phase, Takeover
from .velocity_subscription import VelocitySubscription

_PERIOD = 0.1
"""Time between looks at who drives, for log and recorder; commands do not wait for it [s]."""
_NO_CHUNK = {'fresh': False, 'row': 0, 'predictions': ()}
"""What a decision says that is not the policy's."""


class HumanDriver:
    """
    Put the driver's commands before the policy's.

    :param topic: where his commands come from
    :param stamped: it carries TwistStamped
    :param arming: gives the base back to the policy when it is armed again
    :param correction: records what he does, None when nothing does
    :param instruction: tells what the policy follows
    """

    def __init__(
        self,
        node: Node,
        topic: str,
        *,
        stamped: bool,
        takeover: Takeover,
        arming: Arming,
        correction: Correction | None,
        instruction: Callable[[], str],
    ) -> None:
        self._node = node
        self._takeover = takeover
        self._arming = arming
        self._armed = arming.count
        self._correction = correction
        self._instruction = instruction
        self._phase = Phase.POLICY
        self._open = False
        self._subscription = VelocitySubscription(
            node, topic, stamped=stamped, on_velocity=self._on_velocity
        )
        steady = Clock(clock_type=ClockType.STEADY_TIME)
        self._timer = node.create_timer(_PERIOD, self._look, clock=steady)

    def activate(self) -> None:
        """Listen to the driver, who has not taken over yet."""
        self._takeover.release()
        self._open = True

    def deactivate(self) -> None:
        """Do not listen."""
        self._open = False
        self._takeover.release()

    def release(self) -> None:
        """Give the base back to the policy."""
        self._takeover.release()

    def override(self, chosen: Decision, now: float) -> tuple[Decision, str]:
        """
        Choose between driver and policy.

        :param chosen: what the policy would do
        :return: what the base is told, and by whom: 'human', 'policy' or ''
        """
        if self._arming.count != self._armed:
            self._armed = self._arming.count
            self._takeover.release()
        phase, velocity = self._takeover.at(now)
        if phase is Phase.POLICY or self._arming.emergency_stop:
            return chosen, 'policy' if chosen.reason is None else ''
        if phase is Phase.HUMAN:
            kind = ActionType(int(derive_action_type(velocity)))
            return replace(
                chosen, velocity=velocity, action_type=kind, reason=None, sentence='', **_NO_CHUNK
            ), 'human'
        reason = StopReason.TAKEN_OVER
        return replace(
            chosen,
            velocity=velocity,
            action_type=ActionType.STOP,
            reason=reason,
            sentence=reason.sentence(),
            **_NO_CHUNK,
        ), ''

    def destroy(self) -> None:
        """Remove the subscription."""
        self._node.destroy_timer(self._timer)
        self._subscription.destroy()
        if self._correction is not None:
            self._correction.destroy()

    def _on_velocity(self, velocity: tuple[float, float, float], _: float) -> None:
        # Judged by when it came: a stamp of another machine's clock must not keep it in force.
        if self._open:
            self._takeover.drive(velocity, self._now())
            self._look()

    def _look(self) -> None:
        phase, self._phase = self._phase, self._takeover.phase(self._now())
        if self._phase is Phase.HUMAN and phase is not Phase.HUMAN:
            self._node.get_logger().warning('the driver took over')
            if self._correction is not None and phase is Phase.POLICY:
                self._correction.begin(self._instruction())
        elif self._phase is Phase.POLICY and phase is not Phase.POLICY:
            self._node.get_logger().info('the driver gave the base back')
            if self._correction is not None:
                self._correction.end()

    def _now(self) -> float:
        return self._node.get_clock().now().nanoseconds * 1e-9
