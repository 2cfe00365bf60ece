# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""Receive camera images and hand the frames that are due to the worker."""

from __future__ import annotations

from collections.abc import Callable

from rclpy.clock import Clock
from rclpy.node import Node
from rclpy.qos import qos_profile_sensor_data
from rclpy.qos_overriding_options import QoSOverridingOptions
from sensor_msgs.msg import CompressedImage, Image

from mobile_vla_core.errors import ImageFormatError
from mobile_vla_core.picture import Picture
from mobile_vla_core.safety import StopReason

from .pilot import Pilot
from .worker_process import WorkerProcess

_LOOK = 1.0
"""Time between looks at who publishes images [s]."""


class CameraSubscription:
    """
    The way from the camera.

    :param node: owner of the subscription, whose clock the stamps are compared with
    :param topic: name of the image topic
    :param compressed: it carries CompressedImage
    :param pilot: says which frames are due
    :param worker: is given those
    :param on_frame: told of each that was given, with its stamp and when it came [s]
    """

    def __init__(
        self,
        node: Node,
        topic: str,
        *,
        compressed: bool,
        pilot: Pilot,
        worker: WorkerProcess,
        on_frame: Callable[[Picture, float, float], None],
    ) -> None:
        self._node = node
        self._pilot = pilot
        self._worker = worker
        self._on_frame = on_frame
        self.open = False
        """Images are looked at; else they are ignored."""
        self._topic = topic
        self._type = CompressedImage if compressed else Image
        # In real time: a simulation may stand still because of what is wrong here.
        self._timer = node.create_timer(_LOOK, self._look_for_camera, clock=Clock())
        self._subscription = node.create_subscription(
            self._type,
            topic,
            self._on_image,
            qos_profile_sensor_data,
            qos_overriding_options=QoSOverridingOptions.with_default_policies(),
        )

    def destroy(self) -> None:
        """Remove the subscription."""
        self._node.destroy_timer(self._timer)
        self._node.destroy_subscription(self._subscription)

    def _look_for_camera(self) -> None:
        """Say so when what is published is of another type, which nobody receives."""
        publishers = self._node.get_publishers_info_by_topic(
            self._node.resolve_topic_name(self._topic)
        )
        types = {publisher.topic_type for publisher in publishers}
        expected = f'sensor_msgs/msg/{self._type.__name__}'
        if types and expected not in types:
            advice = f'it carries {", ".join(sorted(types))} and not {expected}: set `compressed`'
        elif publishers:
            advice = 'it has a publisher that is silent: is the camera running?'
        else:
            advice = 'nothing publishes it: is the camera running?'
        self._pilot.advise(advice)

    def _on_image(self, message: Image | CompressedImage) -> None:
        if not self.open:
            return
        self._timer.cancel()
        now = self._node.get_clock().now().nanoseconds * 1e-9
        picture = Picture.from_message(message)
        stamp = picture.stamp or now
        if not self._pilot.offer(picture, stamp, now):
            return
        generation, instruction = self._pilot.generation, self._pilot.instruction
        try:
            taken = self._worker.send(picture, stamp, generation, instruction)
            self._pilot.given(taken)
            if taken:
                self._on_frame(picture, stamp, now)
        except ImageFormatError as error:
            self._pilot.given(False)
            self._pilot.refuse(StopReason.BAD_IMAGE, str(error))
