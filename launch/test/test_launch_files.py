# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""Hold the launch files against what is installed; needs no launch library."""

import importlib
import itertools
import os
from pathlib import Path

from ament_index_python.packages import get_package_prefix
from launch_files import load, NAMES, NEEDED, SHARE
from mobile_vla_bringup.argument import Default, TRUTH
from mobile_vla_bringup.common_arguments import ROBOTS
from mobile_vla_bringup.node_arguments import LAUNCH_SECTION
from mobile_vla_bringup.node_plan import NodePlan
from mobile_vla_bringup.parameter_file import parameters_of
import pytest
import yaml

from mobile_vla_core.errors import ConfigError
from mobile_vla_core.node_arguments import ParameterList

DECLARING = {
    'recorder': ('mobile_vla_recorder.parameters', 'read_parameters'),
    'teleop': ('mobile_vla_recorder.teleop.parameters', 'read_parameters'),
    'policy': ('mobile_vla_policy.parameters', 'declare_parameters'),
    'guard': ('mobile_vla_policy.guard.parameters', 'declare_parameters'),
    'sim': ('mobile_vla_sim.parameters', 'read_parameters'),
}
"""What declares the parameters of a node of the suite."""
WAYS = {
    'record': [
        {'teleop': 'joystick'},
        {'teleop': 'keyboard'},
        {'camera_names': "['front', 'rear']", 'image_topics': "['/a', '/b']"},
    ],
    'policy': [{'guard': 'false'}, {'mode': 'shadow'}],
    'demo': [{'image_view': 'true', 'swap': 'true'}],
}
"""Arguments that change what is started."""
CASES = [
    (name, {**NEEDED[name], **way, 'robot': robot})
    for name in NAMES
    for way, robot in itertools.product([{}, *WAYS.get(name, [])], ROBOTS)
]


def declared(node: str) -> dict[str, object]:
    """Return the parameters of a node with their defaults, None where it has none."""
    module, function = DECLARING[node]
    listed = ParameterList()
    getattr(importlib.import_module(module), function)(listed)
    return {parameter.name: parameter.value for parameter in listed.parameters} | {
        'use_sim_time': False
    }


def nodes(name: str, given: dict[str, str]) -> list[NodePlan]:
    return [plan for plan in load(name).LAUNCH_FILE.plans(given) if isinstance(plan, NodePlan)]


def of_the_suite(plans: list[NodePlan]) -> list[NodePlan]:
    return [plan for plan in plans if plan.package.startswith('mobile_vla_')]


def test_every_launch_file_is_installed():
    installed = {path.name for path in SHARE.glob('*.launch.py') if path.exists()}
    assert installed == {f'{name}.launch.py' for name in NAMES}


@pytest.mark.parametrize('name', NAMES)
def test_arguments_are_described_once_and_have_a_default_that_is_one_of_the_choices(name):
    launch_file = load(name).LAUNCH_FILE
    names = [argument.name for argument in launch_file.arguments]
    assert len(set(names)) == len(names)
    without_default = {one.name for one in launch_file.arguments if one.default is None}
    assert without_default == set(NEEDED[name])
    for argument in launch_file.arguments:
        assert argument.description.endswith('.'), argument.name
        if argument.kind is bool:
            assert argument.choices == TRUTH
        if isinstance(argument.default, Default):
            assert argument.default.text
    launch_file.plans(NEEDED[name])  # which refuses a default that is none of the choices


@pytest.mark.parametrize('name', NAMES)
def test_a_choice_that_there_is_not_is_refused_with_those_that_there_are(name):
    for argument in load(name).LAUNCH_FILE.arguments:
        if argument.choices:
            with pytest.raises(ConfigError, match=f"{argument.name}: found 'no such'.*expected"):
                load(name).LAUNCH_FILE.plans({**NEEDED[name], argument.name: 'no such'})


@pytest.mark.parametrize(('name', 'given'), CASES)
def test_executables_are_installed(name, given):
    plans = of_the_suite(nodes(name, given))
    assert plans
    for plan in plans:
        path = Path(get_package_prefix(plan.package)) / 'lib' / plan.package / plan.executable
        assert os.access(path, os.X_OK), f'{path} is not an executable'


@pytest.mark.parametrize(('name', 'given'), CASES)
def test_parameters_are_declared_by_the_node_and_of_its_type(name, given):
    for plan in of_the_suite(nodes(name, given)):
        if plan.executable not in DECLARING:
            assert not plan.parameters
            continue
        known = declared(plan.executable)
        for parameter, value in plan.parameters.items():
            kind = list if known[parameter] is None else type(known[parameter])
            assert type(value) is kind, f'{plan.executable}: {parameter} is {value!r}'


@pytest.mark.parametrize('robot', ROBOTS)
def test_a_parameter_file_holds_nothing_that_no_node_declares(robot):
    path = SHARE / 'config' / f'{robot}.yaml'
    sections = yaml.safe_load(path.read_text())
    arguments = {one.name for name in NAMES for one in load(name).LAUNCH_FILE.arguments}
    for section, content in sections.items():
        node = section.rpartition('/')[2]
        hearing = [one for one in DECLARING if one != 'sim'] if node == '**' else [node]
        for parameter, value in content['ros__parameters'].items():
            if node == LAUNCH_SECTION:
                assert parameter in arguments
                continue
            for one in hearing:
                assert type(declared(one)[parameter]) is type(value), f'{section} {parameter}'


@pytest.mark.parametrize('robot', ROBOTS)
def test_each_kind_of_robot_has_a_file_that_gives_the_camera_to_recorder_and_policy(robot):
    path = SHARE / 'config' / f'{robot}.yaml'
    recorder, policy = (parameters_of(path, node) for node in ('recorder', 'policy'))
    assert recorder['image_topic'] == policy['image_topic']
    assert recorder['robot'] in (robot, 'mobile_vla_sim')


def test_there_is_no_file_of_parameters_that_no_argument_chooses():
    files = {path.stem for path in (SHARE / 'config').glob('*.yaml') if path.exists()}
    assert files == {*ROBOTS, 'nav2_safety'}


def test_the_omni_wheel_robot_has_the_topics_it_was_built_with():
    plans = {
        plan.executable: plan
        for plan in nodes('policy', {'checkpoint': 'best', 'robot': 'jetson_omni'})
    }
    policy, guard = plans['policy'], plans['guard']
    assert policy.parameters['image_topic'] == '/camera/image_raw'
    assert policy.parameters['device'] == 'cuda'
    assert guard.parameters['cmd_vel_topic'] == '/cmd_vel'
    assert dict(policy.remappings)['instruction'] == '/vla_text_command'


def test_every_parameter_of_the_recorder_and_of_the_simulator_is_an_argument():
    for name, node, renamed in (('record', 'recorder', {'robot'}), ('sim', 'sim', set())):
        (plan,) = (plan for plan in nodes(name, {}) if plan.executable == node)
        several = {'camera_names', 'image_topics'}  # only passed on when there are some
        known = set(declared(node)) - {'use_sim_time'}
        assert known - set(plan.parameters) <= several
        arguments = {argument.name for argument in load(name).LAUNCH_FILE.arguments}
        assert known - renamed <= arguments


def test_no_launch_file_repeats_another():
    bodies = [
        [line for line in (SHARE / f'{name}.launch.py').read_text().splitlines() if '=' in line]
        for name in NAMES
    ]
    for one, other in itertools.combinations(bodies, 2):
        assert not set(one) & set(other)
