# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""Hear velocities as Twist or TwistStamped."""

from __future__ import annotations

from collections.abc import Callable

from geometry_msgs.msg import Twist, TwistStamped
from rclpy.node import Node
from rclpy.qos import QoSProfile
from rclpy.qos_overriding_options import QoSOverridingOptions


class VelocitySubscription:
    """
    Pass commands on as numbers.

    :param topic: name of the topic
    :param stamped: it carries TwistStamped
    :param on_velocity: called with the velocity, (3,) [m/s, m/s, rad/s], and its stamp [s]: its
        header's, or when it came, by the node's clock
    """

    def __init__(
        self,
        node: Node,
        topic: str,
        *,
        stamped: bool,
        on_velocity: Callable[[tuple[float, float, float], float], None],
    ) -> None:
        self._node = node
        self._stamped = stamped
        self._on_velocity = on_velocity
        self._subscription = node.create_subscription(
            TwistStamped if stamped else Twist,
            topic,
            self._on_message,
            QoSProfile(depth=10),
            qos_overriding_options=QoSOverridingOptions.with_default_policies(),
        )

    def destroy(self) -> None:
        """Remove the subscription."""
        self._node.destroy_subscription(self._subscription)

    def _on_message(self, message: Twist | TwistStamped) -> None:
        twist = message.twist if self._stamped else message
        stamp = 0.0
        if self._stamped:
            stamp = message.header.stamp.sec + message.header.stamp.nanosec * 1e-9
        stamp = stamp or self._node.get_clock().now().nanoseconds * 1e-9
        self._on_velocity((twist.linear.x, twist.linear.y, twist.angular.z), stamp)
