# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0

"""Drive the robot with a trained policy, behind a guard."""

from launch import LaunchDescription
from launch.actions import DeclareLaunchArgument, IncludeLaunchDescription
from launch.conditions import IfCondition
from launch.substitutions import LaunchConfiguration, PathJoinSubstitution, PythonExpression
from launch_ros.actions import Node
from launch_ros.parameter_descriptions import ParameterValue
from launch_ros.substitutions import FindPackageShare


def generate_launch_description() -> LaunchDescription:
    """Describe the nodes and their arguments."""
    share = FindPackageShare('mobile_vla_bringup')
    return LaunchDescription(
        [
            DeclareLaunchArgument(
                'checkpoint',
                description='Checkpoint directory written by mobile_vla_train.',
            ),
            DeclareLaunchArgument(
                'instruction',
                default_value='',
                description='What the robot is to do, in plain words.',
            ),
            DeclareLaunchArgument(
                'mode',
                default_value='drive',
                choices=['drive', 'shadow'],
                description='Drive, or predict beside a human and command nothing.',
            ),
            DeclareLaunchArgument(
                'autostart',
                default_value='false',
                choices=['true', 'false'],
                description='Drive at once, else wait for configure, activate and ~/arm.',
            ),
            DeclareLaunchArgument(
                'guard',
                default_value='true',
                choices=['true', 'false'],
                description='Start the guard before the base; never in shadow mode.',
            ),
            DeclareLaunchArgument(
                'device',
                default_value='cpu',
                description='Torch device of the inference worker, cpu or cuda[:N].',
            ),
            DeclareLaunchArgument(
                'dtype',
                default_value='auto',
                choices=['auto', 'float32', 'bfloat16'],
                description='Number format of the encoder.',
            ),
            DeclareLaunchArgument(
                'strategy',
                default_value='receding',
                choices=['receding', 'ensemble', 'whole'],
                description='How chunks of actions are executed.',
            ),
            DeclareLaunchArgument(
                'image_topic',
                default_value='camera/image_raw',
                description='Camera topic.',
            ),
            DeclareLaunchArgument(
                'compressed',
                default_value='false',
                choices=['true', 'false'],
                description='The camera topic carries CompressedImage, not Image.',
            ),
            DeclareLaunchArgument(
                'cmd_vel_topic',
                default_value='cmd_vel',
                description='Velocity commands to the base.',
            ),
            DeclareLaunchArgument(
                'stamped',
                default_value='false',
                choices=['true', 'false'],
                description='Commands are TwistStamped, not Twist.',
            ),
            DeclareLaunchArgument(
                'emergency_stop_topic',
                default_value='emergency_stop',
                description='std_msgs/Bool: true stops until ~/arm is called.',
            ),
            DeclareLaunchArgument(
                'instruction_topic',
                default_value='instruction',
                description='std_msgs/String: a new instruction.',
            ),
            DeclareLaunchArgument(
                'driver_topic',
                default_value='driver/cmd_vel',
                description='Commands of the human, who comes first; empty for none.',
            ),
            DeclareLaunchArgument(
                'driver_stamped',
                default_value='false',
                choices=['true', 'false'],
                description='The driver topic carries TwistStamped.',
            ),
            DeclareLaunchArgument(
                'max_linear_x',
                default_value='0.0',
                description='Largest speed ahead and back [m/s]; 0: as in training.',
            ),
            DeclareLaunchArgument(
                'max_linear_y',
                default_value='0.0',
                description='Largest speed sideways [m/s]; 0: as in training.',
            ),
            DeclareLaunchArgument(
                'max_angular_z',
                default_value='0.0',
                description='Largest turning speed [rad/s]; 0: as in training.',
            ),
            DeclareLaunchArgument(
                'run_log',
                default_value='',
                description='Folder where each drive is written as an episode, empty for none.',
            ),
            DeclareLaunchArgument(
                'realtime_priority',
                default_value='0',
                description='SCHED_FIFO priority of the control loop, 0 for none.',
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
                default_value=PathJoinSubstitution([share, 'config', 'policy.yaml']),
                description='YAML file with the other parameters, also those of the guard.',
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
                        'checkpoint': _argument('checkpoint', str),
                        'instruction': _argument('instruction', str),
                        'mode': _argument('mode', str),
                        'autostart': _argument('autostart', bool),
                        'device': _argument('device', str),
                        'dtype': _argument('dtype', str),
                        'strategy': _argument('strategy', str),
                        'image_topic': _argument('image_topic', str),
                        'compressed': _argument('compressed', bool),
                        'cmd_vel_topic': ParameterValue(
                            _guarded('cmd_vel_policy', [LaunchConfiguration('cmd_vel_topic')]),
                            value_type=str,
                        ),
                        'stamped': _argument('stamped', bool),
                        'driver_topic': _argument('driver_topic', str),
                        'driver_stamped': _argument('driver_stamped', bool),
                        'max_linear_x': _argument('max_linear_x', float),
                        'max_linear_y': _argument('max_linear_y', float),
                        'max_angular_z': _argument('max_angular_z', float),
                        'run_log': _argument('run_log', str),
                        'realtime_priority': _argument('realtime_priority', int),
                        'use_sim_time': _argument('use_sim_time', bool),
                    },
                ],
                remappings=[
                    ('emergency_stop', LaunchConfiguration('emergency_stop_topic')),
                    ('instruction', LaunchConfiguration('instruction_topic')),
                ],
            ),
            Node(
                package='mobile_vla_policy',
                executable='guard',
                name='guard',
                namespace=LaunchConfiguration('namespace'),
                output='screen',
                condition=IfCondition(_guarded('true', ['false'])),
                respawn=True,
                parameters=[
                    LaunchConfiguration('params_file'),
                    {
                        'cmd_vel_topic': _argument('cmd_vel_topic', str),
                        'stamped': _argument('stamped', bool),
                        'use_sim_time': _argument('use_sim_time', bool),
                    },
                ],
            ),
        ]
    )


def _argument(name: str, kind: type) -> ParameterValue:
    """Return an argument as a parameter of a type, whatever it looks like."""
    return ParameterValue(LaunchConfiguration(name), value_type=kind)


def _guarded(yes: str, no: list[str | LaunchConfiguration]) -> PythonExpression:
    """
    Choose a text by whether there is a guard.

    Beside a human who drives there is none: its zeros would come between him and the base.
    """
    return PythonExpression(
        [
            f"'{yes}' if '",
            LaunchConfiguration('guard'),
            "' == 'true' and '",
            LaunchConfiguration('mode'),
            "' == 'drive' else '",
            *no,
            "'",
        ]
    )
