# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""Parameters of the recorder node: declared here and nowhere else."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

from rcl_interfaces.msg import ParameterDescriptor
from rclpy.exceptions import ParameterException
from rclpy.node import Node
from rclpy.parameter import Parameter

from mobile_vla_core.errors import ConfigError

from .declaration import declare_read_only
from .recording.session_config import CameraTopic


@dataclass(frozen=True)
class RecorderParameters:
    """Values read once, at start."""

    output: str
    camera_name: str
    image_topic: str
    camera_names: tuple[str, ...]
    image_topics: tuple[str, ...]
    compressed: bool
    cmd_vel_topic: str
    stamped: bool
    driver_event_topic: str
    odometry_topic: str
    imu_topic: str
    joint_states_topic: str
    robot: str
    jpeg_quality: int
    expected_rate: float
    camera_timeout: float
    require_commands: bool
    command_timeout: float
    time_limit: float
    pre_roll: float
    minimum_quality: float
    plan: str
    queue_megabytes: int
    minimum_free_megabytes: int

    @property
    def cameras(self) -> tuple[CameraTopic, ...]:
        """
        The cameras to record, the primary one first.

        :raises ConfigError: if not every camera has both a name and a topic of its own, or a name
            cannot be that of a group in the file
        """
        names, topics = self.camera_names, self.image_topics
        if not names and not topics:
            names, topics = (self.camera_name,), (self.image_topic,)
        if len(names) != len(topics) or len(set(names)) < len(names) or not all((*names, *topics)):
            raise ConfigError(
                f'camera_names and image_topics must name each camera once, in the same order: '
                f'found {list(names)} and {list(topics)}'
            )
        if not all(name.isidentifier() for name in names):
            raise ConfigError(
                f'camera_name and camera_names must be of letters, digits and _: found '
                f'{list(names)}'
            )
        return tuple(CameraTopic(name, topic) for name, topic in zip(names, topics, strict=True))

    def is_compressed(self, topic: str) -> bool:
        """Return True for a topic of CompressedImage; image_transport ends its name so."""
        return self.compressed or topic.endswith('/compressed')


def read_parameters(node: Node) -> RecorderParameters:
    """
    Declare every parameter, all read-only, and read them into one value.

    :raises ConfigError: if a value given at start is of another type or out of range
    """
    declare = partial(declare_read_only, node)

    def names(name: str, description: str) -> tuple[str, ...]:
        kind = Parameter.Type.STRING_ARRAY  # cannot be seen from an empty list
        descriptor = ParameterDescriptor(description=description, read_only=True)
        try:
            return tuple(node.declare_parameter(name, kind, descriptor).value or ())
        except ParameterException as error:
            raise ConfigError(f"{error} (expected strings such as ['front', 'rear'])") from error

    return RecorderParameters(
        output=declare('output', '~/episodes', 'Folder for the episodes.'),
        camera_name=declare('camera_name', 'front', 'Name of the camera in the episode file.'),
        image_topic=declare('image_topic', 'camera/image_raw', 'Camera topic.'),
        camera_names=names('camera_names', 'Names of several cameras, the primary one first.'),
        image_topics=names('image_topics', 'Topics of those cameras, in the same order.'),
        compressed=declare(
            'compressed', False, 'The camera topics carry sensor_msgs/CompressedImage.'
        ),
        cmd_vel_topic=declare('cmd_vel_topic', 'cmd_vel', 'Topic of the driven command.'),
        stamped=declare('stamped', False, 'Commands are TwistStamped; else Twist.'),
        driver_event_topic=declare(
            'driver_event_topic',
            'driver_event',
            'Topic of mobile_vla_msgs/DriverEvent, for the action types; empty: all are derived.',
        ),
        odometry_topic=declare(
            'odometry_topic', '', 'Topic of nav_msgs/Odometry; empty: not recorded.'
        ),
        imu_topic=declare('imu_topic', '', 'Topic of sensor_msgs/Imu; empty: not recorded.'),
        joint_states_topic=declare(
            'joint_states_topic', '', 'Topic of sensor_msgs/JointState; empty: not recorded.'
        ),
        robot=declare('robot', '', 'Name of the robot, stored in the episode.'),
        jpeg_quality=declare(
            'jpeg_quality', 90, 'Quality for pictures that do not come as JPEG.', 1, 100
        ),
        expected_rate=declare(
            'expected_rate',
            0.0,
            'Nominal camera rate, stored and watched [Hz]; 0: not known.',
            0.0,
            1000.0,
        ),
        camera_timeout=declare(
            'camera_timeout',
            2.0,
            'Without a picture for so long no episode starts and a running one is kept [s].',
            0.1,
            60.0,
        ),
        require_commands=declare(
            'require_commands', True, 'Start is refused when nobody drives, see command_timeout.'
        ),
        command_timeout=declare(
            'command_timeout',
            2.0,
            'Start is refused when no command came for so long [s].',
            0.1,
            60.0,
        ),
        time_limit=declare(
            'time_limit',
            0.0,
            'An episode is stopped and kept after so long [s]; 0: never.',
            0.0,
            86400.0,
        ),
        pre_roll=declare(
            'pre_roll',
            0.0,
            'So much from before the start is recorded as well, in at most half the queue [s].',
            0.0,
            60.0,
        ),
        minimum_quality=declare(
            'minimum_quality',
            0.0,
            'An episode with a smaller share of good pictures is discarded at stop; 0: none is.',
            0.0,
            1.0,
        ),
        plan=declare(
            'plan',
            '',
            'Collection plan: the path of a YAML file, or the name of a shipped one; empty: none.',
        ),
        queue_megabytes=declare(
            'queue_megabytes',
            256,
            'Memory for pictures that wait to be written; beyond it they are dropped and counted.',
            1,
            16384,
        ),
        minimum_free_megabytes=declare(
            'minimum_free_megabytes',
            500,
            'Start is refused when the disk has less room [MB].',
            0,
            1_000_000_000,
        ),
    )
