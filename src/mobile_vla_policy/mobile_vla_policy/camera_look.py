# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""Look at the camera before the node is configured, while it goes on answering."""

from __future__ import annotations

from pathlib import Path

from rclpy.clock import Clock, ClockType
from rclpy.node import Node
from rclpy.qos import qos_profile_sensor_data
from rclpy.qos_overriding_options import QoSOverridingOptions
from rclpy.task import Future
from sensor_msgs.msg import CompressedImage, Image

from mobile_vla_core.errors import ConfigError, MobileVlaError
from mobile_vla_core.picture import Picture
from mobile_vla_core.policy_card import PolicyCard

from .camera_sight import CameraSight
from .card_check import check_card
from .parameters import read_parameters, TopicParameters


class CameraLook:
    """
    Compare a few images with the driving card, by the parameters that the node has then.

    :param node: owner of the subscription, for as long as one is looked for
    """

    def __init__(self, node: Node) -> None:
        self._node = node
        self._sight: CameraSight | None = None

    async def look(self) -> None:
        """Wait until enough was seen, but for no longer than `camera_wait`."""
        self._sight = None
        try:
            parameters = read_parameters(self._node)
            card = PolicyCard.load(Path(parameters.policy.checkpoint))
            check_card(card, parameters)
        except MobileVlaError:
            return  # Configuring will fail, and says why.
        if parameters.topics.camera_wait == 0.0:
            return
        topic = self._node.resolve_topic_name(parameters.topics.image_topic)
        sight = CameraSight(card, topic, parameters.safety.aspect_tolerance)
        await self._wait(parameters.topics, sight)
        self._sight = sight

    def warnings(self) -> list[str]:
        """
        Say what is not known of the camera after a look, and forget it.

        :raises ConfigError: if the policy cannot be served with what was seen
        """
        sight, self._sight = self._sight, None
        if sight is None:
            return []
        if sight.refusal:
            raise ConfigError(sight.refusal)
        return [sight.unknown] if sight.unknown else []

    async def _wait(self, topics: TopicParameters, sight: CameraSight) -> None:
        enough = Future()

        def end() -> None:
            if not enough.done():
                enough.set_result(None)

        def on_image(message: Image | CompressedImage) -> None:
            picture = Picture.from_message(message)
            sight.note(picture, picture.stamp or self._node.get_clock().now().nanoseconds * 1e-9)
            if sight.complete:
                end()

        subscription = self._node.create_subscription(
            CompressedImage if topics.compressed else Image,
            topics.image_topic,
            on_image,
            qos_profile_sensor_data,
            qos_overriding_options=QoSOverridingOptions.with_default_policies(),
        )
        # In real time: a simulation may stand still until the policy answers it.
        steady = Clock(clock_type=ClockType.STEADY_TIME)
        timer = self._node.create_timer(topics.camera_wait, end, clock=steady)
        try:
            await enough
        finally:
            self._node.destroy_timer(timer)
            self._node.destroy_subscription(subscription)
