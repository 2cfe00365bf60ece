# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""The services ~/arm and ~/disarm, and the topic of the emergency stop."""

from __future__ import annotations

from collections.abc import Callable

from rclpy.node import Node
from rclpy.qos import QoSProfile
from rclpy.qos_overriding_options import QoSOverridingOptions
from std_msgs.msg import Bool
from std_srvs.srv import Trigger

from .gates.arming import Arming


class ArmingInterface:
    """
    The way from the persons who are responsible for the robot, for as long as the node lives.

    The subscription is volatile, because one that is transient local would not hear an emergency
    stop that is published without it.

    :param node: owner of services and subscription
    :param refusal: says why the robot may not be armed now, '' when it may
    """

    def __init__(self, node: Node, arming: Arming, refusal: Callable[[], str]) -> None:
        self._node = node
        self._arming = arming
        self._refusal = refusal
        node.create_service(Trigger, '~/arm', self._on_arm)
        node.create_service(Trigger, '~/disarm', self._on_disarm)
        node.create_subscription(
            Bool,
            'emergency_stop',
            self._on_emergency_stop,
            QoSProfile(depth=10),
            qos_overriding_options=QoSOverridingOptions.with_default_policies(),
        )

    def _on_arm(self, _: Trigger.Request, response: Trigger.Response) -> Trigger.Response:
        refused = self._refusal() or self._arming.arm()
        response.success, response.message = not refused, refused or 'armed'
        self._node.get_logger().info(f'~/arm: {response.message}')
        return response

    def _on_disarm(self, _: Trigger.Request, response: Trigger.Response) -> Trigger.Response:
        self._arming.disarm()
        response.success, response.message = True, 'disarmed'
        self._node.get_logger().info('~/disarm: disarmed')
        return response

    def _on_emergency_stop(self, message: Bool) -> None:
        self._arming.press(message.data)
