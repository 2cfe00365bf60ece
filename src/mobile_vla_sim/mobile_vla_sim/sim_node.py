# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""Node `sim`: a simulated base with a camera, boxes and a cup."""

from __future__ import annotations

import sys

from geometry_msgs.msg import Twist, TwistStamped
from nav_msgs.msg import Odometry
import rclpy
from rclpy.node import Node
from rclpy.qos import QoSProfile
from rclpy.signals import SignalHandlerOptions
from rclpy.time import Time
from rclpy.utilities import remove_ros_args
from rosgraph_msgs.msg import Clock
from sensor_msgs.msg import CameraInfo, Image

from mobile_vla_core.dds_memory import remove_dead_segments
from mobile_vla_core.errors import ConfigError, MobileVlaError
from mobile_vla_core.node_arguments import answer_arguments, warn_of_mistyped_parameters
from mobile_vla_core.node_end import NodeEnd
from mobile_vla_core.shutdown_signal import ShutdownSignal
from mobile_vla_msgs.msg import SimulationState
from mobile_vla_msgs.srv import ResetSimulation

from .base import BaseConfig
from .camera import make_camera
from .judge import Outcome
from .optics import CameraConfig
from .pacer import Pacer
from .parameters import MODES, read_parameters, SimParameters
from .sim_messages import (
    camera_info_message,
    image_message,
    odometry_message,
    state_message,
    twist_velocity,
)
from .world import PHYSICS_PERIOD, World, WorldConfig

_NANOSECONDS = 1_000_000_000


class SimNode(Node):
    """Moves a World on the wall clock, or from command to command in lock-step."""

    def __init__(self, **kwargs) -> None:
        super().__init__('sim', **kwargs)
        self._settings = read_parameters(self)
        warn_of_mistyped_parameters(self)
        if self._settings.mode not in MODES:
            raise ConfigError(
                f'unknown mode {self._settings.mode!r}: expected one of {", ".join(MODES)}'
            )
        self._world = _build_world(self._settings)
        self._frames = 0
        self._step = 0
        self._told_collision = False
        self._stamp = Time()
        sensor = QoSProfile(depth=10)
        self._images = self.create_publisher(Image, 'camera/image_raw', sensor)
        self._infos = self.create_publisher(CameraInfo, 'camera/camera_info', sensor)
        self._odometry = self.create_publisher(Odometry, 'odom', sensor)
        self._states = self.create_publisher(SimulationState, '~/state', sensor)
        self._lock_step = self._settings.mode == 'lock_step'
        command = TwistStamped if self._settings.stamped else Twist
        answer = self._on_answer if self._lock_step else self._on_command
        self.create_subscription(command, 'cmd_vel', answer, QoSProfile(depth=10))
        self.create_service(ResetSimulation, '~/reset', self._on_reset)
        if self._lock_step:
            self._clock_topic = self.create_publisher(Clock, '/clock', sensor)
            self._capture()
        else:
            self._pacer = Pacer(PHYSICS_PERIOD, 1.0 / self._settings.camera_rate)
            self.create_timer(PHYSICS_PERIOD, self._on_tick)
        self.get_logger().info(f'{self._settings.mode}: "{self._world.instruction}"')

    def _on_tick(self) -> None:
        due = self._pacer.due(self.get_clock().now().nanoseconds / _NANOSECONDS)
        if due.advance > 0.0:
            self._world.advance(due.advance)
        if due.capture:
            self._capture()

    def _on_command(self, message: Twist | TwistStamped) -> None:
        twist = message.twist if self._settings.stamped else message
        self._world.command(twist_velocity(twist))

    def _on_answer(self, message: Twist | TwistStamped) -> None:
        if self._settings.stamped:
            if Time.from_msg(message.header.stamp).nanoseconds != self._stamp.nanoseconds:
                return  # answers an earlier frame
            message = message.twist
        self._world.command(twist_velocity(message))
        self._world.advance(1.0 / self._settings.camera_rate)
        self._step += 1
        self._capture()

    def _on_reset(self, request, response):
        try:
            response.instruction = self._world.reset(
                request.scenario, request.seed, request.disturbance
            )
        except MobileVlaError as error:
            response.message = str(error)
            return response
        response.success = True
        self._step, self._told_collision = 0, False
        if self._lock_step:
            self._capture()
        return response

    def _capture(self) -> None:
        """Publish the picture and the state of now; in lock-step, the next moment of /clock."""
        self._frames += 1
        if self._lock_step:
            period = _NANOSECONDS / self._settings.camera_rate
            self._stamp = Time(nanoseconds=round(self._frames * period))
            self._clock_topic.publish(Clock(clock=self._stamp.to_msg()))
        else:
            self._stamp = self.get_clock().now()
        self._tell_collision()
        world, stamp = self._world, self._stamp.to_msg()
        state = state_message(world, self._step, stamp)
        odometry = odometry_message(world, stamp)
        self._images.publish(image_message(world.render(), stamp))
        self._infos.publish(camera_info_message(world.camera.config, stamp))
        self._odometry.publish(odometry)
        self._states.publish(state)
        if not self._lock_step:
            self._step += 1

    def _tell_collision(self) -> None:
        """Say once that the base is held, and what frees it."""
        if self._world.outcome is Outcome.COLLISION and not self._told_collision:
            self._told_collision = True
            self.get_logger().warning(
                'the robot touches a box or a wall and is held there: call '
                f'{self.get_fully_qualified_name()}/reset (mobile_vla_msgs/srv/ResetSimulation)'
            )


def _build_world(parameters: SimParameters) -> World:
    camera = CameraConfig(width=parameters.width, height=parameters.height)
    world = World(
        make_camera(parameters.renderer, camera),
        WorldConfig(base=BaseConfig(command_timeout=parameters.command_timeout)),
    )
    world.reset(parameters.scenario, parameters.seed, parameters.disturbance)
    return world


def main(args: list[str] | None = None) -> int:
    """Run until SIGINT or SIGTERM."""
    given = remove_ros_args(sys.argv if args is None else args)[1:]
    answer = answer_arguments('sim', __doc__, given, read_parameters)
    if answer is not None:
        return answer
    remove_dead_segments()
    finished = NodeEnd()
    with ShutdownSignal(lambda: finished.set_result(None)):
        rclpy.init(args=args, signal_handler_options=SignalHandlerOptions.NO)
        try:
            node = SimNode()
            rclpy.spin_until_future_complete(node, finished)
            node.destroy_node()
        except MobileVlaError as error:
            print(f'sim: {error}', file=sys.stderr)
            return 1
        finally:
            rclpy.try_shutdown()
    return 0


if __name__ == '__main__':
    sys.exit(main())
