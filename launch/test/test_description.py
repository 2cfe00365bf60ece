# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""
Tests for description.py, with launch itself.

The wheels of ROS 2 have no launch: run these where `ros2 launch` is installed, with
`python3 -m pytest launch/test/test_description.py`.
"""

import asyncio
import os

from launch_files import NAMES, NEEDED, SHARE
import pytest

pytest.importorskip('launch_ros', reason='launch_ros comes with a ROS 2 installation only')

import launch
from launch.actions import ExecuteProcess, GroupAction, LogInfo
from launch.launch_description_sources import (
    get_launch_description_from_any_launch_file,
)
from launch_files import load
from launch_ros.actions import Node
from mobile_vla_bringup.node_plan import is_installed
import yaml

from mobile_vla_core.errors import ConfigError


def description_of(name):
    return get_launch_description_from_any_launch_file(str(SHARE / f'{name}.launch.py'))


def visit(name, given):
    """Return what the description leads to, and the context, without starting anything."""
    context = launch.LaunchContext(argv=[f'{key}:={value}' for key, value in given.items()])
    context._set_asyncio_loop(asyncio.new_event_loop())
    context.launch_configurations.update(given)
    entities = list(description_of(name).entities)
    found = []
    while entities:
        entity = entities.pop(0)
        if isinstance(entity, (ExecuteProcess, GroupAction, LogInfo)):
            found.append(entity)
        else:
            entities = [*(entity.visit(context) or []), *entities]
    return found, context


@pytest.mark.parametrize('name', NAMES)
def test_every_argument_is_shown_with_its_description_default_and_choices(name):
    shown = {one.name: one for one in description_of(name).get_launch_arguments()}
    arguments = load(name).LAUNCH_FILE.arguments
    assert list(shown) == [argument.name for argument in arguments]
    for argument in arguments:
        one = shown[argument.name]
        assert one.description.startswith(argument.description)
        assert tuple(one.choices or ()) == argument.choices
        assert (one.default_value is None) == (argument.default is None)


@pytest.mark.parametrize('name', [name for name in NAMES if name != 'nav2_safety'])
def test_the_nodes_of_the_plan_are_those_that_launch_starts(name):
    found, _ = visit(name, NEEDED[name])
    plans = load(name).LAUNCH_FILE.plans(NEEDED[name])
    nodes = [entity for entity in found if isinstance(entity, Node)]
    assert [node.node_executable for node in nodes] == [plan.executable for plan in plans]


def test_a_text_stays_a_text_whatever_it_looks_like():
    (policy, _), context = visit('policy', {'checkpoint': '7', 'instruction': 'true'})
    policy._perform_substitutions(context)
    context.extend_locals({'ros_specific_arguments': {'ns': '', 'name': ''}})
    words = [launch.utilities.perform_substitutions(context, word) for word in policy.cmd]
    last = [words[i + 1] for i, word in enumerate(words) if word == '--params-file'][-1]
    with open(last, encoding='utf-8') as file:
        (section,) = yaml.safe_load(file).values()
    assert section['ros__parameters']['checkpoint'] == '7'
    assert section['ros__parameters']['instruction'] == 'true'
    assert section['ros__parameters']['cmd_vel_topic'] == 'cmd_vel_policy'


def test_the_profile_of_fast_dds_is_in_the_environment_of_the_nodes():
    _, context = visit('record', {})
    names = [name for name in context.environment if name.endswith('DEFAULT_PROFILES_FILE')]
    assert names
    assert all(os.path.isfile(context.environment[name]) for name in names)


@pytest.mark.skipif(is_installed('nav2_velocity_smoother'), reason='Nav2 is installed here')
def test_packages_that_are_missing_are_told_before_anything_starts():
    with pytest.raises(ConfigError, match=r'nav2_velocity_smoother, .* not installed: sudo apt'):
        visit('nav2_safety', NEEDED['nav2_safety'])


def test_a_mistyped_argument_is_told():
    found, context = visit('record', {'ouput': '/tmp'})
    (told,) = [entity for entity in found if isinstance(entity, LogInfo)]
    assert "did you mean 'output'" in launch.utilities.perform_substitutions(context, told.msg)


def test_the_launch_file_of_the_camera_is_in_a_group_of_its_own():
    (group, recorder), _ = visit('record', {'camera_launch': '/somewhere/camera.launch.py'})
    assert isinstance(group, GroupAction)
    assert recorder.node_executable == 'recorder'
