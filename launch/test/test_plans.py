# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""Tests for recording.py, serving.py, simulation.py, nav2_safety.py and demo.py."""

from pathlib import Path
from xml.etree import ElementTree

from launch_files import plans
from mobile_vla_bringup.node_plan import IncludePlan
import pytest

from mobile_vla_core.errors import ConfigError
from mobile_vla_policy.guard.parameters import GuardParameters

GUARDED = GuardParameters().input_topic


@pytest.mark.parametrize(
    ('given', 'topic'),
    [
        ({}, GUARDED),
        ({'guard': 'false'}, 'base'),
        ({'mode': 'shadow'}, 'base'),
    ],
)
def test_a_driving_policy_is_behind_the_guard_and_a_shadow_leaves_the_base_alone(given, topic):
    started = plans('policy', cmd_vel_topic='base', stamped='true', **given)
    assert started['policy'].parameters['cmd_vel_topic'] == topic
    assert ('guard' in started) == (topic == GUARDED)
    if 'guard' in started:
        guard = started['guard']
        assert guard.parameters == {
            'cmd_vel_topic': 'base',
            'stamped': True,
            'use_sim_time': False,
        }
        assert guard.respawn


def test_every_node_of_a_file_is_in_the_namespace_and_reads_the_same_parameters():
    for name in ('policy', 'demo', 'sim'):
        started = plans(name, namespace='robot7').values()
        assert {plan.namespace for plan in started} == {'robot7'}
        assert len({plan.params_file for plan in started if plan.params_file}) == 1


def test_topics_of_the_robot_are_remapped():
    policy = plans('policy', instruction_topic='/say', emergency_stop_topic='/stop')['policy']
    assert policy.remappings == (('emergency_stop', '/stop'), ('instruction', '/say'))


def test_an_argument_counts_more_than_the_file_of_parameters(tmp_path):
    path = tmp_path / 'mine.yaml'
    path.write_text('/**:\n  ros__parameters: {cmd_vel_topic: /base, stamped: true}\n')
    guard = plans('policy', params_file=str(path))['guard']
    assert guard.parameters['cmd_vel_topic'] == '/base'
    assert guard.parameters['stamped'] is True
    guard = plans('policy', params_file=str(path), cmd_vel_topic='mine', stamped='false')['guard']
    assert guard.parameters['cmd_vel_topic'] == 'mine'
    assert guard.parameters['stamped'] is False


def test_only_the_recorder_is_started_unless_more_is_asked_for():
    assert list(plans('record')) == ['recorder']
    assert list(plans('record', teleop='joystick')) == ['recorder', 'teleop', 'joy_node']
    own = plans('record', teleop='joystick', joy_node='false')
    assert list(own) == ['recorder', 'teleop']
    assert own['teleop'].parameters['joystick'] is True
    assert own['teleop'].prefix == ''


def test_every_package_whose_node_is_started_for_a_recording_is_declared():
    manifest = ElementTree.parse(Path(__file__).parents[1] / 'package.xml').getroot()
    declared = {element.text for element in manifest if element.tag == 'exec_depend'}
    started = plans('record', teleop='joystick').values()
    assert {plan.package for plan in started} <= declared


def test_the_keyboard_is_given_a_terminal():
    teleop = plans('record', teleop='keyboard', terminal='my_terminal --run')['teleop']
    assert teleop.prefix == 'my_terminal --run'
    assert teleop.parameters['joystick'] is False


def test_the_driver_commands_the_topic_that_is_recorded():
    started = plans('record', teleop='joystick', cmd_vel_topic='/base', stamped='true')
    for name in ('cmd_vel_topic', 'stamped', 'plan'):
        assert started['recorder'].parameters[name] == started['teleop'].parameters[name]


def test_the_launch_file_of_the_camera_is_included_first_with_arguments_of_its_own():
    path = '/somewhere/camera.launch.xml'
    assert next(iter(plans('record', camera_launch=path))) == IncludePlan(path)
    given = "camera_name:=front frame:='a b' url:="
    include = next(iter(plans('record', camera_launch=path, camera_arguments=given)))
    assert dict(include.arguments) == {'camera_name': 'front', 'frame': 'a b', 'url': ''}


@pytest.mark.parametrize('given', ['front', 'camera_name=front', ':=front'])
def test_arguments_of_the_camera_without_a_name_are_refused(given):
    with pytest.raises(ConfigError, match=r'camera_arguments: .* expected name:=value'):
        plans('record', camera_launch='x', camera_arguments=given)


def test_one_camera_is_given_by_its_topic_and_several_by_lists():
    one = plans('record', image_topic='/eye')['recorder'].parameters
    assert one['image_topic'] == '/eye'
    assert not {'camera_names', 'image_topics'} & set(one)
    several = {'camera_names': "['front', 'rear']", 'image_topics': "['/a', '/b']"}
    parameters = plans('record', **several)['recorder'].parameters
    assert parameters['camera_names'] == ['front', 'rear']
    assert parameters['image_topics'] == ['/a', '/b']


def test_the_name_of_the_robot_comes_from_its_file_unless_given():
    assert plans('record', robot='turtlebot4')['recorder'].parameters['robot'] == 'turtlebot4'
    named = plans('record', robot='turtlebot4', robot_name='kim')['recorder']
    assert named.parameters['robot'] == 'kim'


def test_nav2_stands_between_the_guard_and_the_base():
    started = plans('nav2_safety', cmd_vel_topic='/base', stamped='true', namespace='robot7')
    guard, smoother = started['guard'], started['velocity_smoother']
    monitor, manager = started['collision_monitor'], started['lifecycle_manager']
    assert started['policy'].parameters['cmd_vel_topic'] == GUARDED
    assert dict(smoother.remappings)['cmd_vel'] == guard.parameters['cmd_vel_topic']
    assert monitor.parameters['cmd_vel_in_topic'] == 'cmd_vel_smoothed'
    assert monitor.parameters['cmd_vel_out_topic'] == '/base'
    assert guard.parameters['stamped'] is True
    for node in (smoother, monitor):
        assert node.parameters['enable_stamped_cmd_vel'] is True
    assert manager.parameters['node_names'] == ['velocity_smoother', 'collision_monitor']
    assert {plan.namespace for plan in started.values()} == {'robot7'}


def test_the_demo_ends_with_its_last_scene_and_drives_behind_the_guard():
    started = plans('demo', episodes='3', first='5', swap='true', disturbance='1')
    assert list(started) == ['sim', 'policy', 'guard', 'trials']
    assert started['trials'].ends_all
    assert started['trials'].arguments == (
        '--episodes=3',
        '--first=5',
        '--disturbance=1.0',
        '--swap',
    )
    assert 'autostart' not in started['policy'].parameters
