# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""Every topic that the recorder listens to, and what its messages mean to the session."""

from __future__ import annotations

from functools import partial
import json
import time

from geometry_msgs.msg import Twist, TwistStamped
from nav_msgs.msg import Odometry
from rclpy.node import Node
from rclpy.qos import QoSProfile, ReliabilityPolicy
from rclpy.qos_overriding_options import QoSOverridingOptions
from rclpy.subscription import Subscription
from sensor_msgs.msg import CameraInfo, CompressedImage, Image, Imu, JointState

from mobile_vla_core.message_info import with_info
from mobile_vla_core.picture import Picture
from mobile_vla_msgs.msg import DriverEvent as DriverEventMessage

from .parameters import RecorderParameters
from .recording.driver_events import DriverEvent
from .recording.last_pictures import LastPictures
from .recording.session import RecordingSession
from .recording.session_config import CameraTopic
from .recording.source_clock import SourceClock

DRIVER_CHECKS = 3
"""A driver is gone when so many looks in a row have not found him."""
_RELIABLE = QoSProfile(depth=100)
# Best effort matches every publisher. What comes while this node is held up waits in the depth:
# a second of pictures at 30 Hz, and of measurements at 500 Hz.
_CAMERA = QoSProfile(depth=30, reliability=ReliabilityPolicy.BEST_EFFORT)
_MEASUREMENTS = QoSProfile(depth=500, reliability=ReliabilityPolicy.BEST_EFFORT)


class Streams:
    """
    The subscriptions of a recorder; its session is called in the node's thread.

    :ivar cameras: with the full names of their topics, after remapping
    """

    def __init__(self, node: Node, parameters: RecorderParameters) -> None:
        self._node = node
        self._session: RecordingSession | None = None
        self._infos: dict[str, Subscription] = {}
        self._taking: list[Subscription] = []
        """Those that carry what is recorded, in the order in which they are drained."""
        self._command_clock = SourceClock()
        cameras: list[CameraTopic] = []
        for camera in parameters.cameras:
            kind = CompressedImage if parameters.is_compressed(camera.topic) else Image
            on_image = partial(self._on_image, camera.name)
            images = self._subscribe(kind, camera.topic, on_image, _CAMERA)
            cameras.append(CameraTopic(camera.name, images.topic_name))
            self._infos[camera.name] = self._subscribe(
                CameraInfo,
                camera_info_topic(camera.topic),
                partial(self._on_camera_info, camera.name),
                _CAMERA,
            )
        self.cameras = tuple(cameras)
        self._camera_clocks = {camera.name: SourceClock() for camera in cameras}
        self.last_pictures = LastPictures(list(self._camera_clocks))
        self._driver: Subscription | None = None
        self._absent = 0
        if parameters.driver_event_topic:  # before the commands, so that it is served first
            self._driver = self._subscribe(
                DriverEventMessage, parameters.driver_event_topic, self._on_driver_event, _RELIABLE
            )
        self._stamped = parameters.stamped
        command_type = TwistStamped if parameters.stamped else Twist
        self._commands = self._subscribe(
            command_type, parameters.cmd_vel_topic, self._on_command, _RELIABLE
        )
        if parameters.odometry_topic:
            self._subscribe(Odometry, parameters.odometry_topic, self._on_odometry, _MEASUREMENTS)
        if parameters.imu_topic:
            self._subscribe(Imu, parameters.imu_topic, self._on_imu, _MEASUREMENTS)
        if parameters.joint_states_topic:
            topic = parameters.joint_states_topic
            self._subscribe(JointState, topic, self._on_joint_state, _MEASUREMENTS)

    def feed(self, session: RecordingSession) -> None:
        """Give everything that comes to a session."""
        self._session = session

    @property
    def command_topic(self) -> str:
        """Full name of the topic of commands."""
        return self._commands.topic_name

    def drain(self) -> int:
        """
        Take what waits in the middleware, and return how many messages that were.

        No topic is asked for more than it can have held when this began, so it comes to an end
        however fast the publishers are. To be called where no other thread takes.
        """
        taken = 0
        for subscription in self._taking:
            for _ in range(subscription.qos_profile.depth):
                with subscription.handle:
                    found = subscription.handle.take_message(subscription.msg_type, False)
                if found is None:
                    break
                subscription.callback(*found)
                taken += 1
        return taken

    def watch_driver(self) -> None:
        """Tell the session whether anybody publishes commands, and driver events."""
        self._session.driven = self._node.count_publishers(self._commands.topic_name) > 0
        if not self._driver:
            return
        if self._node.count_publishers(self._driver.topic_name):
            self._absent = 0
            self._session.on_driver_present()
            return
        self._absent += 1
        if self._absent == DRIVER_CHECKS:
            self._session.on_driver_gone(self._node.get_clock().now().nanoseconds * 1e-9)

    def describe(self) -> dict[str, str]:
        """Return where action types come from and the quality of service of each topic."""
        found = {'action_type': 'derived from the command'}
        if self._driver:
            found['action_type'] = (
                f'of the event on {self._driver.topic_name} that is in force at the stamp of the '
                f'command; derived from the command where there is none'
            )
        for subscription in self._node.subscriptions:
            qos = subscription.qos_profile
            found[f'qos.{subscription.topic_name}'] = (
                f'{_promise(qos)}, {qos.history.name.lower()}, depth {qos.depth}'
            )
        return found

    def offered(self) -> dict[str, str]:
        """Return the quality of service that the publishers of each topic offer."""
        found = {}
        for subscription in self._taking:
            topic = subscription.topic_name
            publishers = self._node.get_publishers_info_by_topic(topic)
            texts = [f'{each.node_name}: {_promise(each.qos_profile)}' for each in publishers]
            found[f'offered.{topic}'] = '; '.join(texts) or 'nobody publishes'
        return found

    def _subscribe(self, kind: type, topic: str, callback, qos: QoSProfile) -> Subscription:
        options = QoSOverridingOptions.with_default_policies()
        subscription = self._node.create_subscription(
            kind, topic, with_info(callback, Subscription), qos, qos_overriding_options=options
        )
        if kind is not CameraInfo:
            self._taking.append(subscription)
        return subscription

    def _received(self, info: dict[str, int]) -> float:
        """
        Return when the middleware had a message [s], which may be before a busy node has it.

        The node's own time is taken in simulation, and where the middleware does not say.
        """
        clock = self._node.get_clock()
        if clock.ros_time_is_active or not info.get('received_timestamp'):
            return clock.now().nanoseconds * 1e-9
        return info['received_timestamp'] * 1e-9

    def _sent(self, info: dict[str, int], received: float) -> float:
        """Return when a message without a header was sent [s], in simulation when it came."""
        given = self._given(info, received)
        return received if given == received else self._command_clock.sent(given, received)

    def _sent_at(self, camera: str, info: dict[str, int]) -> float:
        """Return when a picture was sent, by this computer's clock [s]; -inf if nobody says."""
        source, received = info.get('source_timestamp'), info.get('received_timestamp')
        if not source or not received:
            return float('-inf')
        return self._camera_clocks[camera].sent(source * 1e-9, received * 1e-9)

    def _stamp(self, message: Odometry | Imu | JointState, info: dict[str, int]) -> float:
        """Return a message's own stamp [s], or when it came where it has none."""
        return _seconds(message.header.stamp) or self._received(info)

    def _given(self, info: dict[str, int], received: float) -> float:
        """Return when a message was sent by its sender's clock [s], in simulation when it came."""
        source = info.get('source_timestamp')
        if self._node.get_clock().ros_time_is_active or not source:
            return received
        return source * 1e-9

    def _on_image(
        self, camera: str, message: Image | CompressedImage, info: dict[str, int]
    ) -> None:
        picture, now = Picture.from_message(message), time.monotonic()
        late = not self.last_pictures.belongs(camera, self._sent_at(camera, info), now)
        self._session.on_picture(picture, self._received(info), now, camera, late)

    def _on_camera_info(self, camera: str, message: CameraInfo, info: dict[str, int]) -> None:
        self._session.on_camera_info(camera, camera_info_json(message), self._received(info))
        self._node.destroy_subscription(self._infos.pop(camera))  # it costs, and says no more

    def _on_command(self, message: Twist | TwistStamped, info: dict[str, int]) -> None:
        twist = message.twist if self._stamped else message
        velocity = (twist.linear.x, twist.linear.y, twist.angular.z)
        received = self._received(info)
        stamp = _seconds(message.header.stamp) if self._stamped else self._sent(info, received)
        given = stamp if self._stamped else self._given(info, received)
        self._session.on_command(velocity, stamp, received, time.monotonic(), given)

    def _on_driver_event(self, message: DriverEventMessage, info: dict[str, int]) -> None:
        received = self._received(info)
        source = self._given(info, received)
        given = _seconds(message.header.stamp) or source
        # Commands without a stamp are dated in this node's time, so are their events.
        stamp = given if self._stamped else given + self._sent(info, received) - source
        event = DriverEvent(stamp, given, message.action_type, message.source, message.text)
        self._session.on_driver_event(event, time.monotonic())

    def _on_odometry(self, message: Odometry, info: dict[str, int]) -> None:
        pose, twist = message.pose.pose, message.twist.twist
        self._session.on_odometry(
            self._stamp(message, info),
            (*_xyz(pose.position), *_xyz(pose.orientation), pose.orientation.w),
            (*_xyz(twist.linear), *_xyz(twist.angular)),
            time.monotonic(),
        )

    def _on_imu(self, message: Imu, info: dict[str, int]) -> None:
        self._session.on_imu(
            self._stamp(message, info),
            (*_xyz(message.orientation), message.orientation.w),
            _xyz(message.angular_velocity),
            _xyz(message.linear_acceleration),
            time.monotonic(),
        )

    def _on_joint_state(self, message: JointState, info: dict[str, int]) -> None:
        values = (message.position, message.velocity, message.effort)
        stamp, now = self._stamp(message, info), time.monotonic()
        self._session.on_joint_state(stamp, message.name, *values, now=now)


def camera_info_topic(image_topic: str) -> str:
    """Return where image_transport puts the CameraInfo of an image topic."""
    base = image_topic.removesuffix('/compressed')
    return f'{base.rpartition("/")[0]}/camera_info' if '/' in base else 'camera_info'


def camera_info_json(message: CameraInfo) -> str:
    """Return the calibration as JSON, with the field names of the message."""
    fields = ('height', 'width', 'distortion_model', 'binning_x', 'binning_y')
    content = {name: getattr(message, name) for name in fields}
    content.update({name: list(getattr(message, name)) for name in ('d', 'k', 'r', 'p')})
    return json.dumps({'frame_id': message.header.frame_id, **content})


def _promise(qos: QoSProfile) -> str:
    return f'{qos.reliability.name.lower()}, {qos.durability.name.lower()}'


def _seconds(stamp) -> float:
    return stamp.sec + stamp.nanosec * 1e-9


def _xyz(vector) -> tuple[float, float, float]:
    return vector.x, vector.y, vector.z
