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
                'scenario',
                default_value='1box_vert_left',
                choices=[
                    f'{boxes}_{orientation}_{side}'
                    for boxes in ('1box', '2box')
                    for orientation in ('vert', 'hori')
                    for side in ('left', 'right')
                ],
                description='How many boxes, how they lie, and the side to pass them on.',
            ),
            DeclareLaunchArgument(
                'seed', default_value='0', description='Seed of the layout of the scene.'
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
                        'scenario': ParameterValue(
                            LaunchConfiguration('scenario'), value_type=str
                        ),
                        'seed': ParameterValue(LaunchConfiguration('seed'), value_type=int),
                        'renderer': ParameterValue(
                            LaunchConfiguration('renderer'), value_type=str
                        ),
                    },
                ],
            ),
        ]
    )
