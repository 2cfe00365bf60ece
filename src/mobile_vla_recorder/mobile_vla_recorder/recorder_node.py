# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""Node `recorder`: camera, commands and an instruction to episode files."""

from __future__ import annotations

from pathlib import Path
import sys
import time

from geometry_msgs.msg import Twist, TwistStamped
from nav_msgs.msg import Odometry
import rclpy
from rclpy.callback_groups import ReentrantCallbackGroup
from rclpy.clock import Clock, ClockType
from rclpy.node import Node
from rclpy.qos import DurabilityPolicy, qos_profile_sensor_data, QoSProfile
from rclpy.qos_overriding_options import QoSOverridingOptions
from rclpy.signals import SignalHandlerOptions
from rclpy.task import Future
from sensor_msgs.msg import CompressedImage, Image
from std_srvs.srv import Trigger

from mobile_vla_core.errors import MobileVlaError
from mobile_vla_core.picture import Picture
from mobile_vla_core.shutdown_signal import ShutdownSignal
from mobile_vla_msgs.msg import RecorderStatus
from mobile_vla_msgs.srv import StartEpisode, StopEpisode

from .parameters import read_parameters, RecorderParameters
from .session import free_bytes, MEGABYTE, RecordingSession, SessionConfig

STATUS_PERIOD = 0.5
SETTLE_PERIOD = 0.01
SETTLE_ROUNDS = 50


class RecorderNode(Node):
    """Turns messages into calls of a RecordingSession."""

    def __init__(self, **kwargs) -> None:
        super().__init__('recorder', **kwargs)
        parameters = read_parameters(self)
        self._session = RecordingSession(_session_config(parameters))
        self._steady = Clock(clock_type=ClockType.STEADY_TIME)
        self._message = ''
        self._create_subscriptions(parameters)
        self.create_service(StartEpisode, '~/start', self._on_start)
        # Reentrant, so that pictures still come in while these two wait for them.
        self._waiting = {'callback_group': ReentrantCallbackGroup()}
        self.create_service(StopEpisode, '~/stop', self._on_stop, **self._waiting)
        self.create_service(Trigger, '~/discard', self._on_discard, **self._waiting)
        latched = QoSProfile(depth=1, durability=DurabilityPolicy.TRANSIENT_LOCAL)
        self._status = self.create_publisher(RecorderStatus, '~/status', latched)
        self.create_timer(STATUS_PERIOD, self._publish_status, clock=self._steady)
        self.get_logger().info(f'episodes go to {self._session.config.output}')

    def _create_subscriptions(self, parameters: RecorderParameters) -> None:
        overridable = {'qos_overriding_options': QoSOverridingOptions.with_default_policies()}
        self.create_subscription(
            CompressedImage if parameters.compressed else Image,
            parameters.image_topic,
            self._on_image,
            qos_profile_sensor_data,
            **overridable,
        )
        self.create_subscription(
            TwistStamped if parameters.stamped else Twist,
            parameters.cmd_vel_topic,
            self._on_command,
            QoSProfile(depth=100),
            **overridable,
        )
        if parameters.odometry_topic:
            self.create_subscription(
                Odometry, parameters.odometry_topic, self._on_odometry, QoSProfile(depth=100)
            )

    def close(self) -> None:
        """Keep a running episode: whoever ends the node has not said that it is worthless."""
        if self._session.recording:
            saved = self._session.stop('unknown', 'the recorder was shut down', self._now())
            self.get_logger().info(f'saved {saved.path.name}: {saved.frames} frames')

    def _now(self) -> float:
        return self.get_clock().now().nanoseconds * 1e-9

    def _on_image(self, message: Image | CompressedImage) -> None:
        picture = Picture.from_message(message)
        self._session.on_picture(picture, self._now(), time.monotonic())

    def _on_command(self, message: Twist | TwistStamped) -> None:
        stamped = isinstance(message, TwistStamped)
        twist = message.twist if stamped else message
        velocity = (twist.linear.x, twist.linear.y, twist.angular.z)
        stamp = _seconds(message.header.stamp) if stamped else 0.0
        self._session.on_command(velocity, stamp, self._now(), time.monotonic())

    def _on_odometry(self, message: Odometry) -> None:
        position, turn = message.pose.pose.position, message.pose.pose.orientation
        linear, angular = message.twist.twist.linear, message.twist.twist.angular
        self._session.on_odometry(
            _seconds(message.header.stamp),
            (position.x, position.y, position.z, turn.x, turn.y, turn.z, turn.w),
            (linear.x, linear.y, linear.z, angular.x, angular.y, angular.z),
        )

    def _on_start(self, request, response):
        try:
            path = self._session.start(request.instruction, request.scenario, time.monotonic())
            response.success, response.path = True, str(path)
            self._report('')
            self.get_logger().info(f'recording {path.name}: "{request.instruction}"')
        except MobileVlaError as error:
            response.message = str(error)
            self._report(response.message)
        return response

    async def _on_stop(self, request, response):
        await self._settle()
        try:
            saved = self._session.stop(request.outcome, request.reason, self._now())
            response.success, response.path = True, str(saved.path)
            response.frames, response.commands = saved.frames, saved.commands
            response.dropped = saved.dropped
            self._report('')
            self.get_logger().info(
                f'saved {saved.path.name}: {saved.frames} frames, {saved.dropped} dropped'
            )
        except MobileVlaError as error:
            response.message = str(error)
            self._report(response.message)
        return response

    async def _on_discard(self, _, response):
        await self._settle()
        try:
            response.message = f'{self._session.discard()} discarded'
            response.success = True
            self._report('')
        except MobileVlaError as error:
            response.message = str(error)
        return response

    async def _settle(self) -> None:
        """Wait until no picture is under way: those sent before a stop belong to the episode."""
        for _ in range(SETTLE_ROUNDS):
            seen = self._session.pictures_seen
            elapsed = Future()
            timer = self.create_timer(
                SETTLE_PERIOD,
                lambda done=elapsed: done.set_result(None),
                clock=self._steady,
                **self._waiting,
            )
            await elapsed
            self.destroy_timer(timer)
            if self._session.pictures_seen == seen:
                return

    def _report(self, message: str) -> None:
        self._message = message
        if message:
            self.get_logger().error(message)
        self._publish_status()

    def _publish_status(self) -> None:
        session, recording = self._session, self._session.recording
        status = RecorderStatus(message=self._message, state='idle')
        status.header.stamp = self.get_clock().now().to_msg()
        status.free_disk_bytes = free_bytes(session.config.output)
        if recording:
            status.state = 'error' if recording.error else 'recording'
            status.message = recording.error or self._message
            status.episode = str(recording.path)
            status.instruction, status.scenario = session.instruction, session.scenario
            status.seconds = session.seconds(time.monotonic())
            status.frames, status.dropped = recording.frames, recording.dropped
            status.commands, status.queued_bytes = recording.commands, recording.queued_bytes
        self._status.publish(status)


def _session_config(parameters: RecorderParameters) -> SessionConfig:
    return SessionConfig(
        output=Path(parameters.output).expanduser().absolute(),
        camera_name=parameters.camera_name,
        image_topic=parameters.image_topic,
        cmd_vel_topic=parameters.cmd_vel_topic,
        robot=parameters.robot,
        jpeg_quality=parameters.jpeg_quality,
        expected_rate=parameters.expected_rate,
        camera_timeout=parameters.camera_timeout,
        require_commands=parameters.require_commands,
        command_timeout=parameters.command_timeout,
        queue_bytes=parameters.queue_megabytes * MEGABYTE,
        minimum_free_bytes=parameters.minimum_free_megabytes * MEGABYTE,
    )


def _seconds(stamp) -> float:
    return stamp.sec + stamp.nanosec * 1e-9


def main(args: list[str] | None = None) -> int:
    """Run until SIGINT or SIGTERM; a running episode is saved."""
    finished = Future()
    with ShutdownSignal(lambda: finished.set_result(None)):
        rclpy.init(args=args, signal_handler_options=SignalHandlerOptions.NO)
        try:
            node = RecorderNode()
            try:
                rclpy.spin_until_future_complete(node, finished)
            finally:
                node.close()
                node.destroy_node()
        except MobileVlaError as error:
            print(f'recorder: {error}', file=sys.stderr)
            return 1
        finally:
            rclpy.try_shutdown()
    return 0


if __name__ == '__main__':
    sys.exit(main())
