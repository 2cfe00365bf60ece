# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0

"""Start the recorder; its services start and stop episodes."""

from typing import List  # noqa: UP035  # launch does not take list[str]

from launch import LaunchDescription
from launch.actions import DeclareLaunchArgument, IncludeLaunchDescription
from launch.conditions import IfCondition
from launch.substitutions import LaunchConfiguration, PathJoinSubstitution
from launch_ros.actions import Node
from launch_ros.parameter_descriptions import ParameterValue
from launch_ros.substitutions import FindPackageShare


def generate_launch_description() -> LaunchDescription:
    """Describe the nodes and their arguments."""
    share = FindPackageShare('mobile_vla_bringup')
    return LaunchDescription(
        [
            DeclareLaunchArgument(
                'output',
                default_value='~/mobile_vla/episodes',
                description='Folder for the episodes.',
            ),
            DeclareLaunchArgument(
                'image_topic',
                default_value='camera/image_raw',
                description='Topic of the only camera.',
            ),
            DeclareLaunchArgument(
                'camera_names',
                default_value="['front']",
                description="Names of the cameras, the primary one first: ['front', 'rear'].",
            ),
            DeclareLaunchArgument(
                'image_topics',
                default_value=["['", LaunchConfiguration('image_topic'), "']"],
                description='Topics of those cameras, in the same order.',
            ),
            DeclareLaunchArgument(
                'compressed',
                default_value='false',
                choices=['true', 'false'],
                description='All cameras send CompressedImage; else those ending in /compressed.',
            ),
            DeclareLaunchArgument(
                'expected_rate',
                default_value='0.0',
                description='Nominal rate of the cameras, watched [Hz]; 0 for unknown.',
            ),
            DeclareLaunchArgument(
                'cmd_vel_topic',
                default_value='cmd_vel',
                description='Velocity commands.',
            ),
            DeclareLaunchArgument(
                'stamped',
                default_value='false',
                choices=['true', 'false'],
                description='Commands are TwistStamped, not Twist.',
            ),
            DeclareLaunchArgument(
                'driver_event_topic',
                default_value='driver_event',
                description='Topic of mobile_vla_msgs/DriverEvent, empty for none.',
            ),
            DeclareLaunchArgument(
                'odometry_topic',
                default_value='',
                description='Topic of nav_msgs/Odometry to record as well, empty for none.',
            ),
            DeclareLaunchArgument(
                'imu_topic',
                default_value='',
                description='Topic of sensor_msgs/Imu to record as well, empty for none.',
            ),
            DeclareLaunchArgument(
                'joint_states_topic',
                default_value='',
                description='Topic of sensor_msgs/JointState to record as well, empty for none.',
            ),
            DeclareLaunchArgument(
                'robot',
                default_value='mobile_base',
                description='Name of the robot, stored in the episode.',
            ),
            DeclareLaunchArgument(
                'pre_roll',
                default_value='0.0',
                description='So much from before the start is recorded as well [s].',
            ),
            DeclareLaunchArgument(
                'time_limit',
                default_value='0.0',
                description='An episode is stopped and kept after so long [s]; 0 for never.',
            ),
            DeclareLaunchArgument(
                'minimum_quality',
                default_value='0.0',
                description='An episode with a smaller share of good pictures is discarded.',
            ),
            DeclareLaunchArgument(
                'plan',
                default_value='',
                description='Collection plan, a YAML file or a shipped name, empty for none.',
            ),
            DeclareLaunchArgument(
                'use_sim_time',
                default_value='false',
                choices=['true', 'false'],
                description='Take the time from /clock.',
            ),
            DeclareLaunchArgument(
                'namespace',
                default_value='',
                description='Namespace of the nodes and of their topics.',
            ),
            DeclareLaunchArgument(
                'params_file',
                default_value=PathJoinSubstitution([share, 'config', 'recorder.yaml']),
                description='YAML file with the other parameters.',
            ),
            DeclareLaunchArgument(
                'teleop',
                default_value='false',
                choices=['true', 'false'],
                description='Drive with a joystick; needs joy_node. (Keys need a terminal.)',
            ),
            IncludeLaunchDescription(PathJoinSubstitution([share, 'environment.launch.py'])),
            Node(
                package='mobile_vla_recorder',
                executable='recorder',
                name='recorder',
                namespace=LaunchConfiguration('namespace'),
                output='screen',
                parameters=[
                    LaunchConfiguration('params_file'),
                    {
                        'output': _argument('output', str),
                        'camera_names': _argument('camera_names', List[str]),  # noqa: UP006
                        'image_topics': _argument('image_topics', List[str]),  # noqa: UP006
                        'compressed': _argument('compressed', bool),
                        'expected_rate': _argument('expected_rate', float),
                        'cmd_vel_topic': _argument('cmd_vel_topic', str),
                        'stamped': _argument('stamped', bool),
                        'driver_event_topic': _argument('driver_event_topic', str),
                        'odometry_topic': _argument('odometry_topic', str),
                        'imu_topic': _argument('imu_topic', str),
                        'joint_states_topic': _argument('joint_states_topic', str),
                        'robot': _argument('robot', str),
                        'pre_roll': _argument('pre_roll', float),
                        'time_limit': _argument('time_limit', float),
                        'minimum_quality': _argument('minimum_quality', float),
                        'plan': _argument('plan', str),
                        'use_sim_time': _argument('use_sim_time', bool),
                    },
                ],
            ),
            Node(
                package='mobile_vla_recorder',
                executable='teleop',
                name='teleop',
                namespace=LaunchConfiguration('namespace'),
                output='screen',
                condition=IfCondition(LaunchConfiguration('teleop')),
                parameters=[
                    {
                        'joystick': True,
                        'cmd_vel_topic': _argument('cmd_vel_topic', str),
                        'stamped': _argument('stamped', bool),
                        'plan': _argument('plan', str),
                        'use_sim_time': _argument('use_sim_time', bool),
                    },
                ],
            ),
        ]
    )


def _argument(name: str, kind: type) -> ParameterValue:
    """Return an argument as a parameter of a type, whatever it looks like."""
    return ParameterValue(LaunchConfiguration(name), value_type=kind)
