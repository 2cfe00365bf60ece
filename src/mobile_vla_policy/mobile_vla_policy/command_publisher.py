# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""Publish velocities as Twist or TwistStamped, and make sure that zero arrives."""

from __future__ import annotations

from geometry_msgs.msg import Twist, TwistStamped
from numpy.typing import NDArray
from rclpy.duration import Duration
from rclpy.node import Node
from rclpy.qos import QoSProfile
from rclpy.qos_overriding_options import QoSOverridingOptions

from mobile_vla_core.action_space import ANGULAR_Z, LINEAR_X, LINEAR_Y

_ZEROS = 3
_ACKNOWLEDGE = Duration(seconds=0.3)


def to_twist(velocity: NDArray) -> Twist:
    """Convert a velocity, shape (3,) [m/s, m/s, rad/s]."""
    twist = Twist()
    twist.linear.x = float(velocity[LINEAR_X])
    twist.linear.y = float(velocity[LINEAR_Y])
    twist.angular.z = float(velocity[ANGULAR_Z])
    return twist


class CommandPublisher:
    """
    The way to the base.

    :param node: owner of the publisher
    :param topic: name of the topic, usually cmd_vel
    :param stamped: publish TwistStamped
    :param frame_id: frame of the velocity in a TwistStamped
    """

    def __init__(self, node: Node, topic: str, *, stamped: bool, frame_id: str) -> None:
        self._node = node
        self._stamped = stamped
        self._frame_id = frame_id
        self._publisher = node.create_publisher(
            TwistStamped if stamped else Twist,
            topic,
            QoSProfile(depth=1),
            qos_overriding_options=QoSOverridingOptions.with_default_policies(),
        )

    def publish(self, twist: Twist) -> None:
        """Publish a command now."""
        if not self._stamped:
            self._publisher.publish(twist)
            return
        message = TwistStamped(twist=twist)
        message.header.stamp = self._node.get_clock().now().to_msg()
        message.header.frame_id = self._frame_id
        self._publisher.publish(message)

    def stop(self) -> None:
        """Publish zero and wait until the subscribers have it, but not for long."""
        for _ in range(_ZEROS):
            self.publish(Twist())
        self._publisher.wait_for_all_acked(_ACKNOWLEDGE)

    def destroy(self) -> None:
        """Remove the publisher."""
        self._node.destroy_publisher(self._publisher)
