# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0

"""Start the simulated base with its camera."""

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
                'mode',
                default_value='real_time',
                choices=['real_time', 'lock_step'],
                description='Keep real time, or wait for the command that answers each image.',
            ),
            DeclareLaunchArgument(
                'stamped',
                default_value='false',
                choices=['true', 'false'],
                description='Commands are TwistStamped, not Twist.',
            ),
            DeclareLaunchArgument(
                'renderer',
                default_value='ray',
                choices=['ray', 'egl'],
                description='Camera renderer: ray needs no graphics driver.',
            ),
            DeclareLaunchArgument(
                'namespace',
                default_value='',
                description='Namespace of the node and of its topics.',
            ),
            DeclareLaunchArgument(
                'params_file',
                default_value=PathJoinSubstitution([share, 'config', 'sim.yaml']),
                description='YAML file with the other parameters.',
            ),
            IncludeLaunchDescription(PathJoinSubstitution([share, 'environment.launch.py'])),
            Node(
                package='mobile_vla_sim',
                executable='sim',
                name='sim',
                namespace=LaunchConfiguration('namespace'),
                output='screen',
                parameters=[
                    LaunchConfiguration('params_file'),
                    {
                        'mode': ParameterValue(LaunchConfiguration('mode'), value_type=str),
                        'stamped': ParameterValue(LaunchConfiguration('stamped'), value_type=bool),
                        'renderer': ParameterValue(
                            LaunchConfiguration('renderer'), value_type=str
                        ),
                    },
                ],
            ),
        ]
    )
