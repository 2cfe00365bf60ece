# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0

"""Drive the robot with a trained policy."""

from launch import LaunchDescription
from launch.actions import DeclareLaunchArgument, IncludeLaunchDescription
from launch.substitutions import LaunchConfiguration, PathJoinSubstitution
from launch_ros.actions import Node
from launch_ros.parameter_descriptions import ParameterValue
from launch_ros.substitutions import FindPackageShare


def generate_launch_description() -> LaunchDescription:
    """Describe the node and its arguments."""
    share = FindPackageShare('mobile_vla_bringup')
    return LaunchDescription(
        [
            DeclareLaunchArgument(
                'checkpoint', description='Checkpoint directory written by mobile_vla_train.'
            ),
            DeclareLaunchArgument(
                'instruction',
                default_value='',
                description='What the robot is to do, in plain words.',
            ),
            DeclareLaunchArgument(
                'device',
                default_value='cpu',
                description='Torch device of the inference worker, cpu or cuda[:N].',
            ),
            DeclareLaunchArgument(
                'autostart',
                default_value='false',
                choices=['true', 'false'],
                description='Drive at once, else wait for the lifecycle transitions.',
            ),
            DeclareLaunchArgument(
                'image_topic', default_value='camera/image_raw', description='Camera topic.'
            ),
            DeclareLaunchArgument(
                'compressed',
                default_value='false',
                choices=['true', 'false'],
                description='The camera topic carries CompressedImage, not Image.',
            ),
            DeclareLaunchArgument(
                'cmd_vel_topic', default_value='cmd_vel', description='Velocity commands.'
            ),
            DeclareLaunchArgument(
                'stamped',
                default_value='false',
                choices=['true', 'false'],
                description='Commands are TwistStamped, not Twist.',
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
                description='Namespace of the node and of its topics.',
            ),
            DeclareLaunchArgument(
                'params_file',
                default_value=PathJoinSubstitution([share, 'config', 'policy.yaml']),
                description='YAML file with the other parameters.',
            ),
            IncludeLaunchDescription(PathJoinSubstitution([share, 'environment.launch.py'])),
            Node(
                package='mobile_vla_policy',
                executable='policy',
                name='policy',
                namespace=LaunchConfiguration('namespace'),
                output='screen',
                parameters=[
                    LaunchConfiguration('params_file'),
                    {
                        'checkpoint': ParameterValue(
                            LaunchConfiguration('checkpoint'), value_type=str
                        ),
                        'instruction': ParameterValue(
                            LaunchConfiguration('instruction'), value_type=str
                        ),
                        'device': ParameterValue(LaunchConfiguration('device'), value_type=str),
                        'autostart': ParameterValue(
                            LaunchConfiguration('autostart'), value_type=bool
                        ),
                        'image_topic': ParameterValue(
                            LaunchConfiguration('image_topic'), value_type=str
                        ),
                        'compressed': ParameterValue(
                            LaunchConfiguration('compressed'), value_type=bool
                        ),
                        'cmd_vel_topic': ParameterValue(
                            LaunchConfiguration('cmd_vel_topic'), value_type=str
                        ),
                        'stamped': ParameterValue(LaunchConfiguration('stamped'), value_type=bool),
                        'use_sim_time': ParameterValue(
                            LaunchConfiguration('use_sim_time'), value_type=bool
                        ),
                    },
                ],
            ),
        ]
    )
