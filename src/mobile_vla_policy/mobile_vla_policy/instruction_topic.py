# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""Topic `instruction`: what to do, in words, from whoever talks to the robot."""

from __future__ import annotations

from collections.abc import Callable

from rclpy.node import Node
from rclpy.qos import DurabilityPolicy, QoSProfile
from rclpy.qos_overriding_options import QoSOverridingOptions
from std_msgs.msg import String


class InstructionTopic:
    """
    Follow what is published; '' stops the robot.

    The subscription is transient local, so an instruction that was published before the node
    was there counts too. A publisher that is volatile needs a QoS override.

    :param follow: takes an instruction and returns why it is refused, '' when it is not
    """

    def __init__(self, node: Node, follow: Callable[[str], str]) -> None:
        self._node = node
        self._follow = follow
        self._subscription = node.create_subscription(
            String,
            'instruction',
            self._on_instruction,
            QoSProfile(depth=1, durability=DurabilityPolicy.TRANSIENT_LOCAL),
            qos_overriding_options=QoSOverridingOptions.with_default_policies(),
        )

    def destroy(self) -> None:
        """Remove the subscription."""
        self._node.destroy_subscription(self._subscription)

    def _on_instruction(self, message: String) -> None:
        refusal = self._follow(message.data)
        if refusal:
            self._node.get_logger().warning(f'an instruction on the topic is refused: {refusal}')
