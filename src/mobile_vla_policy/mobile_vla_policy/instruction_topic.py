# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""Topic `instruction`: what to do, in words, from whoever talks to the robot."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from typing import Any

from rclpy.node import Node
from rclpy.qos import DurabilityPolicy, QoSProfile
from rclpy.subscription import Subscription
from std_msgs.msg import String

from mobile_vla_core.message_info import with_info

try:
    from rclpy.event_handler import SubscriptionEventCallbacks
except ImportError:  # Humble
    from rclpy.qos_event import SubscriptionEventCallbacks

_REMEMBERED = 8
"""Messages of which a second copy is known."""


class InstructionTopic:
    """
    Follow what is published, for as long as the node lives; '' stops the robot.

    There are two subscriptions. The transient local one hears an instruction that was published
    before the node was there, but no publisher that is volatile, as that of the original system;
    the volatile one hears every publisher. What comes by both counts once, where the middleware
    says when it was sent.

    :param follow: takes an instruction and returns why it is refused, '' when it is not
    """

    def __init__(self, node: Node, follow: Callable[[str], str]) -> None:
        self._node = node
        self._follow = follow
        self._heard: deque[tuple[str, int]] = deque(maxlen=_REMEMBERED)
        for durability in (DurabilityPolicy.TRANSIENT_LOCAL, DurabilityPolicy.VOLATILE):
            node.create_subscription(
                String,
                'instruction',
                with_info(self._on_instruction, Subscription),
                QoSProfile(depth=1, durability=durability),
                # Publishers that only one of the two can hear are no fault.
                event_callbacks=SubscriptionEventCallbacks(use_default_callbacks=False),
            )

    def _on_instruction(self, message: String, info: dict[str, Any]) -> None:
        sent = info.get('source_timestamp')
        if sent and (message.data, sent) in self._heard:
            return
        self._heard.append((message.data, sent))
        refusal = self._follow(message.data)
        if refusal:
            self._node.get_logger().warning(f'an instruction on the topic is refused: {refusal}')
