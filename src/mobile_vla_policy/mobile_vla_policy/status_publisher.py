# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""Publish what the policy node does and why, with each command or at a lower rate."""

from __future__ import annotations

from geometry_msgs.msg import Twist
from rclpy.node import Node
from rclpy.qos import DurabilityPolicy, QoSProfile
from rclpy.qos_overriding_options import QoSOverridingOptions

from mobile_vla_core.safety import StopReason
from mobile_vla_msgs.msg import PolicyStatus

from .decision import Decision
from .gates.gate import Stop
from .pilot import Pilot

INACTIVE, DRIVING, STOPPED = 'inactive', 'driving', 'stopped'


class StatusPublisher:
    """
    The topic ~/status.

    :param node: owner of the publisher
    :param pilot: whose instruction and counts are reported
    :param period: longest time between two messages while active [s], 0: one with each command
    :param mode: 'drive' or 'shadow'
    """

    def __init__(self, node: Node, pilot: Pilot, period: float, mode: str = 'drive') -> None:
        self._node = node
        self._pilot = pilot
        self._period = period
        self._mode = mode
        self._driver = ''
        self.notes: tuple[str, ...] = ()
        """Warnings beside the pilot's."""
        self.instruction_note = ''
        """What is to be known of the instruction."""
        self._last: tuple[str, object, float] = ('', None, 0.0)
        self._publisher = node.create_publisher(
            PolicyStatus,
            '~/status',
            QoSProfile(depth=1, durability=DurabilityPolicy.TRANSIENT_LOCAL),
            qos_overriding_options=QoSOverridingOptions.with_default_policies(),
        )

    def inactive(self) -> None:
        """Report that the node does not command the base."""
        self._driver = ''
        self._last = (INACTIVE, None, 0.0)
        stop = Stop.because(StopReason.NOT_ACTIVE)
        self._publish(Decision(sentence=stop.sentence), INACTIVE, Twist(), 0)

    def report(
        self, decision: Decision, twist: Twist, now: float, restarts: int, driver: str = ''
    ) -> bool:
        """
        Publish when it is time, or when the reason or the driver changed.

        :param now: any steady time [s]
        :param driver: who moves the base: 'policy', 'human' or ''
        :return: True when driving began, or the reason to stop or the driver changed
        """
        state = DRIVING if decision.reason is None else STOPPED
        last_state, last_reason, last_time = self._last
        changed = (state, decision.reason) != (last_state, last_reason) or driver != self._driver
        self._driver = driver
        # A little early rather than a whole tick late.
        if changed or now - last_time >= 0.9 * self._period:
            self._last = (state, decision.reason, now)
            self._publish(decision, state, twist, restarts)
        return changed

    @property
    def warnings(self) -> list[str]:
        """What makes driving worse than it was trained, one sentence each."""
        texts = (*self.notes, self.instruction_note, *self._pilot.warnings)
        return [text for text in texts if text]

    def destroy(self) -> None:
        """Remove the publisher."""
        self._node.destroy_publisher(self._publisher)

    def _publish(self, decision: Decision, state: str, twist: Twist, restarts: int) -> None:
        tally = self._pilot.tally
        message = PolicyStatus(
            state=state,
            reason=decision.sentence,
            instruction=self._pilot.instruction,
            image_age=decision.image_age,
            chunk_age=decision.chunk_age,
            fresh=decision.fresh,
            inference_ms=tally.inference_ms,
            frames=tally.frames,
            dropped=tally.dropped,
            worker_restarts=restarts,
            input_crc32=tally.crc32,
            command=twist,
            action_type=int(decision.action_type),
            armed=self._pilot.arming.armed,
            emergency_stop=self._pilot.arming.emergency_stop,
            chunk_index=decision.row,
            camera_rate=0.0 if state == INACTIVE else self._pilot.camera_rate,
            warnings=self.warnings,
            mode=self._mode,
            driver=self._driver,
        )
        message.header.stamp = self._node.get_clock().now().to_msg()
        self._publisher.publish(message)
