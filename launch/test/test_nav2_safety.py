# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""Tests for config/nav2_safety.yaml: what Nav2's nodes declare is known here from their source."""

from launch_files import plans, SHARE
from mobile_vla_bringup.parameter_file import parameters_of
import yaml

from mobile_vla_policy.parameters import MotionParameters

PATH = SHARE / 'config' / 'nav2_safety.yaml'
SMOOTHER = {
    'smoothing_frequency': float,
    'scale_velocities': bool,
    'feedback': str,
    'max_velocity': list,
    'min_velocity': list,
    'max_accel': list,
    'max_decel': list,
    'odom_topic': str,
    'odom_duration': float,
    'deadband_velocity': list,
    'velocity_timeout': float,
    'use_realtime_priority': bool,
    'enable_stamped_cmd_vel': bool,
    'use_sim_time': bool,
}
"""https://github.com/ros-navigation/navigation2, branch jazzy, velocity_smoother.cpp"""
MONITOR = {
    'base_frame_id': str,
    'odom_frame_id': str,
    'cmd_vel_in_topic': str,
    'cmd_vel_out_topic': str,
    'state_topic': str,
    'transform_tolerance': float,
    'source_timeout': float,
    'base_shift_correction': bool,
    'stop_pub_timeout': float,
    'use_realtime_priority': bool,
    'polygons': list,
    'observation_sources': list,
    'enable_stamped_cmd_vel': bool,
    'use_sim_time': bool,
}
"""The same, collision_monitor_node.cpp"""
CIRCLE = {'type': str, 'radius': float, 'action_type': str, 'min_points': int, 'enabled': bool}
SCAN = {'type': str, 'topic': str, 'enabled': bool, 'source_timeout': float}
"""The same, polygon.cpp, circle.cpp and source.cpp"""
MANAGER = {'autostart': bool, 'node_names': list, 'bond_timeout': float, 'use_sim_time': bool}
"""The same, lifecycle_manager.cpp"""


def held_against(values, declared):
    for name, value in values.items():
        assert type(value) is declared[name], name


def test_the_file_is_for_the_two_nodes_and_no_other():
    nodes = {section.rpartition('/')[2] for section in yaml.safe_load(PATH.read_text())}
    assert nodes == {'velocity_smoother', 'collision_monitor'}


def test_every_parameter_is_one_that_nav2_declares_and_of_its_type():
    smoother, monitor = (
        parameters_of(PATH, node) for node in ('velocity_smoother', 'collision_monitor')
    )
    held_against(smoother, SMOOTHER)
    for polygon in monitor['polygons']:
        held_against(monitor.pop(polygon), CIRCLE)
    for source in monitor['observation_sources']:
        held_against(monitor.pop(source), SCAN)
    held_against(monitor, MONITOR)
    started = plans('nav2_safety')
    held_against(started['velocity_smoother'].parameters, SMOOTHER)
    held_against(started['collision_monitor'].parameters, MONITOR)
    held_against(started['lifecycle_manager'].parameters, MANAGER)


def test_nav2_may_slow_the_robot_down_as_fast_as_the_policy_node_and_forgets_it_sooner():
    smoother, motion = parameters_of(PATH, 'velocity_smoother'), MotionParameters()
    slew = motion.slew
    for axis in range(3):
        assert smoother['max_accel'][axis] >= slew.acceleration[axis]
        assert -smoother['max_decel'][axis] >= slew.deceleration[axis]
    assert smoother['min_velocity'] == [-speed for speed in smoother['max_velocity']]
    assert smoother['velocity_timeout'] <= 0.2
