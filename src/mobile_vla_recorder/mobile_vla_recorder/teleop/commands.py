# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""What teleoperation publishes: commands, and what the driver does."""

from __future__ import annotations

import time

from geometry_msgs.msg import Twist, TwistStamped
from rclpy.duration import Duration
from rclpy.node import Node
from rclpy.qos import DurabilityPolicy, QoSProfile
from rclpy.qos_overriding_options import QoSOverridingOptions

from mobile_vla_core.action_space import ActionType
from mobile_vla_msgs.msg import DriverEvent

from .activity import Activity
from .drive import FINAL_ZEROS
from .key_map import Velocity, ZERO
from .parameters import TeleopParameters

EVENTS_KEPT = 10
FAREWELL_PERIOD = 0.02


class TeleopCommands:
    """
    Publishes on `cmd_vel` and `driver_event`.

    :param node: the node whose publishers these are
    """

    def __init__(self, node: Node, settings: TeleopParameters) -> None:
        self._node = node
        self._settings = settings
        self._activity: Activity | None = None
        overriding = QoSOverridingOptions.with_default_policies()
        self._commands = node.create_publisher(
            TwistStamped if settings.stamped else Twist,
            settings.cmd_vel_topic,
            QoSProfile(depth=1),
            qos_overriding_options=overriding,
        )
        self._events = node.create_publisher(
            DriverEvent,
            'driver_event',
            QoSProfile(depth=EVENTS_KEPT, durability=DurabilityPolicy.TRANSIENT_LOCAL),
            qos_overriding_options=overriding,
        )

    @property
    def topic(self) -> str:
        """Full name of the commands' topic."""
        return self._commands.topic_name

    def announce(self, activity: Activity) -> None:
        """Publish what the driver does when it is not what he did before; before its command."""
        if activity == self._activity:
            return
        if self._activity is None and activity.action_type is ActionType.STOP:
            return  # nothing has been done yet
        self._activity = activity
        event = DriverEvent(
            action_type=int(activity.action_type), source=activity.source, text=activity.text
        )
        event.header.stamp = self._node.get_clock().now().to_msg()
        event.header.frame_id = self._settings.frame_id
        self._events.publish(event)

    def publish(self, velocity: Velocity) -> None:
        """Publish a command."""
        twist = Twist()
        twist.linear.x, twist.linear.y, twist.angular.z = velocity
        if self._settings.stamped:
            message = TwistStamped(twist=twist)
            message.header.frame_id = self._settings.frame_id
            message.header.stamp = self._node.get_clock().now().to_msg()
            self._commands.publish(message)
        else:
            self._commands.publish(twist)

    def farewell(self, timeout: float) -> None:
        """Publish the last zeros and wait at most `timeout` [s] until they have arrived."""
        if self._activity:
            self.announce(Activity(ActionType.STOP, self._activity.source, 'teleop ended'))
        for _ in range(FINAL_ZEROS):
            self.publish(ZERO)
            time.sleep(FAREWELL_PERIOD)
        self._commands.wait_for_all_acked(Duration(seconds=timeout))
