# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""Standard ROS 2 messages without ROS: their definitions, and their bytes on the wire (CDR)."""

from __future__ import annotations

from collections.abc import Sequence
import math
from typing import Any

import numpy as np

from ..optional_library import need

COMPRESSED_IMAGE = 'sensor_msgs/msg/CompressedImage'
IMAGE = 'sensor_msgs/msg/Image'
TWIST = 'geometry_msgs/msg/Twist'
TWIST_STAMPED = 'geometry_msgs/msg/TwistStamped'
ODOMETRY = 'nav_msgs/msg/Odometry'
IMU = 'sensor_msgs/msg/Imu'
JOINT_STATE = 'sensor_msgs/msg/JointState'
STRING = 'std_msgs/msg/String'
INT8 = 'std_msgs/msg/Int8'
NANO = 1_000_000_000


def nanoseconds(stamp: float) -> int:
    """Return a time as ROS counts it; one before the epoch, which it lacks, as 0."""
    whole = math.floor(stamp)  # apart: a time of today in nanoseconds has more digits than a float
    return max(whole * NANO + round((stamp - whole) * NANO), 0)


def typestore() -> Any:
    """Return the message types of ROS 2 as the library rosbags knows them."""
    typesys = need('rosbags.typesys', 'rosbags', 'reading and writing ROS 2 messages')
    # These messages are the same in every distribution since Humble.
    return typesys.get_typestore(typesys.Stores.ROS2_HUMBLE)


class MessageMaker:
    """Make messages of plain values; `definition` and `encode` are what a file needs of them."""

    def __init__(self) -> None:
        self._store = typestore()
        self._types = self._store.types

    def definition(self, name: str) -> str:
        """Return the definition of a message and of all that it holds, as `ros2msg` text."""
        return self._store.generate_msgdef(name, ros_version=2)[0]

    def encode(self, message: Any) -> bytes:
        """Return the bytes of a message."""
        return bytes(self._store.serialize_cdr(message, message.__msgtype__))

    def compressed_image(self, jpeg: bytes, stamp: float, frame_id: str) -> Any:
        """Return a CompressedImage of a JPEG."""
        data = np.frombuffer(jpeg, dtype=np.uint8)
        return self._new(COMPRESSED_IMAGE)(self._header(stamp, frame_id), 'jpeg', data)

    def twist_stamped(self, velocity: Sequence[float], stamp: float, frame_id: str) -> Any:
        """Return a TwistStamped; velocity has shape (3,) [m/s, m/s, rad/s]."""
        x, y, yaw = (float(value) for value in velocity)
        twist = self._twist((x, y, 0.0, 0.0, 0.0, yaw))
        return self._new(TWIST_STAMPED)(self._header(stamp, frame_id), twist)

    def odometry(self, pose: Sequence[float], twist: Sequence[float], stamp: float) -> Any:
        """
        Return an Odometry from `odom` to `base_link`, covariances zero (unknown).

        :param pose: x, y, z [m], quaternion x, y, z, w; shape (7,)
        :param twist: linear [m/s], angular [rad/s]; shape (6,)
        """
        unknown = np.zeros(36)
        pose = [float(value) for value in pose]
        point = self._new('geometry_msgs/msg/Point')(*pose[:3])
        quaternion = self._new('geometry_msgs/msg/Quaternion')(*pose[3:])
        placed = self._new('geometry_msgs/msg/Pose')(point, quaternion)
        return self._new(ODOMETRY)(
            self._header(stamp, 'odom'),
            'base_link',
            self._new('geometry_msgs/msg/PoseWithCovariance')(placed, unknown),
            self._new('geometry_msgs/msg/TwistWithCovariance')(self._twist(twist), unknown),
        )

    def imu(
        self,
        orientation: Sequence[float],
        angular_velocity: Sequence[float],
        linear_acceleration: Sequence[float],
        stamp: float,
    ) -> Any:
        """
        Return an Imu in `imu_link`, covariances zero (unknown).

        :param orientation: quaternion x, y, z, w; shape (4,)
        :param angular_velocity: shape (3,) [rad/s]
        :param linear_acceleration: shape (3,) [m/s^2]
        """
        unknown = np.zeros(9)
        return self._new(IMU)(
            self._header(stamp, 'imu_link'),
            self._new('geometry_msgs/msg/Quaternion')(*map(float, orientation)),
            unknown,
            self._vector(angular_velocity),
            unknown,
            self._vector(linear_acceleration),
            unknown,
        )

    def joint_state(
        self,
        names: Sequence[str],
        position: Sequence[float],
        velocity: Sequence[float],
        effort: Sequence[float],
        stamp: float,
    ) -> Any:
        """Return a JointState of J joints; what is NaN for all of them is left empty."""
        given = [np.asarray(values, dtype=np.float64) for values in (position, velocity, effort)]
        kept = [values if np.isfinite(values).any() else values[:0] for values in given]
        return self._new(JOINT_STATE)(self._header(stamp, ''), list(names), *kept)

    def int8(self, value: int) -> Any:
        """Return an Int8."""
        return self._new(INT8)(int(value))

    def string(self, text: str) -> Any:
        """Return a String."""
        return self._new(STRING)(text)

    def _header(self, stamp: float, frame_id: str) -> Any:
        time = self._new('builtin_interfaces/msg/Time')(*divmod(nanoseconds(stamp), NANO))
        return self._new('std_msgs/msg/Header')(time, frame_id)

    def _twist(self, values: Sequence[float]) -> Any:
        return self._new(TWIST)(self._vector(values[:3]), self._vector(values[3:]))

    def _vector(self, values: Sequence[float]) -> Any:
        return self._new('geometry_msgs/msg/Vector3')(*map(float, values))

    def _new(self, name: str) -> Any:
        return self._types[name]
