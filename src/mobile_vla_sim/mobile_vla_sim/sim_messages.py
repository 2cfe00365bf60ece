# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""The world as ROS messages."""

from __future__ import annotations

import array
import math

from geometry_msgs.msg import Quaternion, Twist
from nav_msgs.msg import Odometry
import numpy as np
from numpy.typing import NDArray
from sensor_msgs.msg import CameraInfo, Image
from std_msgs.msg import Header

from mobile_vla_msgs.msg import Box as BoxMessage
from mobile_vla_msgs.msg import SimulationState

from .geometry import Box, Pose
from .optics import CameraConfig
from .world import World

CAMERA_FRAME = 'camera_optical_frame'


def image_message(frame: NDArray[np.uint8], stamp) -> Image:
    """Return an rgb8 image of a frame, RGB, shape (H, W_px, 3)."""
    height, width, _ = frame.shape
    return Image(
        header=Header(stamp=stamp, frame_id=CAMERA_FRAME),
        height=height,
        width=width,
        encoding='rgb8',
        step=3 * width,
        data=array.array('B', frame.tobytes()),  # an ndarray would be copied byte by byte
    )


def camera_info_message(config: CameraConfig, stamp) -> CameraInfo:
    """Return the intrinsics of a camera without distortion."""
    intrinsics = config.intrinsics
    return CameraInfo(
        header=Header(stamp=stamp, frame_id=CAMERA_FRAME),
        height=config.height,
        width=config.width,
        distortion_model='plumb_bob',
        d=[0.0] * 5,
        k=intrinsics.ravel(),
        r=np.eye(3).ravel(),
        p=np.hstack([intrinsics, np.zeros((3, 1))]).ravel(),
    )


def odometry_message(world: World, stamp) -> Odometry:
    """Return the pose since the reset in `odom` and the wheels' velocity in `base_link`."""
    start, pose = world.scene.start, world.base.pose
    cos, sin = math.cos(start.yaw), math.sin(start.yaw)
    dx, dy = pose.x - start.x, pose.y - start.y
    message = Odometry(header=Header(stamp=stamp, frame_id='odom'), child_frame_id='base_link')
    message.pose.pose.position.x = cos * dx + sin * dy
    message.pose.pose.position.y = cos * dy - sin * dx
    half = (pose.yaw - start.yaw) / 2
    message.pose.pose.orientation = Quaternion(z=math.sin(half), w=math.cos(half))
    twist = message.twist.twist
    twist.linear.x, twist.linear.y, twist.angular.z = map(float, world.base.velocity)
    return message


def state_message(world: World, step: int, stamp) -> SimulationState:
    """
    Return the true state.

    :param step: frames since the reset
    """
    pose, cup, judge = world.base.pose, world.scene.cup, world.judge
    return SimulationState(
        header=Header(stamp=stamp, frame_id='world'),
        scenario=world.scenario.name,
        seed=world.seed,
        instruction=world.instruction,
        step=step,
        robot_x=pose.x,
        robot_y=pose.y,
        robot_yaw=pose.yaw,
        cup_x=cup.x,
        cup_y=cup.y,
        boxes=[
            BoxMessage(
                x=box.x,
                y=box.y,
                yaw=box.yaw,
                length=box.length,
                width=box.width,
                height=box.height,
            )
            for box in world.scene.boxes
        ],
        collided=judge.collided,
        sides=judge.sides,
        distance=judge.distance,
        min_clearance=judge.min_clearance,
        outcome=judge.outcome.value,
    )


def state_pose(message: SimulationState) -> Pose:
    """Return the true pose of the base in a state."""
    return Pose(message.robot_x, message.robot_y, message.robot_yaw)


def state_boxes(message: SimulationState) -> tuple[Box, ...]:
    """Return the boxes in a state."""
    return tuple(
        Box(box.x, box.y, box.yaw, box.length, box.width, box.height) for box in message.boxes
    )


def twist_velocity(twist: Twist) -> tuple[float, float, float]:
    """Return (linear_x, linear_y, angular_z) [m/s, m/s, rad/s]."""
    return twist.linear.x, twist.linear.y, twist.angular.z
