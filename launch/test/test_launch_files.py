# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0

"""Hold the launch files against what is installed; reads them, so needs no launch library."""

import ast
from collections.abc import Iterator
from dataclasses import fields, is_dataclass
import importlib
import os
from pathlib import Path

from ament_index_python.packages import get_package_prefix, get_package_share_directory
import pytest
import yaml

SHARE = Path(get_package_share_directory('mobile_vla_bringup'))
NODE_FILES = ('sim.launch.py', 'record.launch.py', 'policy.launch.py')
PARAMETER_MODULES = {'teleop': 'teleop.parameters', 'guard': 'guard.parameters'}
"""By executable, where it is not `parameters`."""
NOT_AT_LAUNCH = {
    'policy': {'added_latency', 'latency_compensation'},
    'guard': {'input_topic'},
}
"""By node: what only tests set, and what the other node has to agree with."""


def calls(path: Path, name: str) -> list[ast.Call]:
    """Return the calls of the function or class of that name in a file."""
    nodes = ast.walk(ast.parse(path.read_text()))
    return [node for node in nodes if isinstance(node, ast.Call) and _name(node.func) == name]


def _name(function: ast.expr) -> str:
    return function.attr if isinstance(function, ast.Attribute) else getattr(function, 'id', '')


def keywords(call: ast.Call) -> dict[str, ast.expr]:
    return {keyword.arg: keyword.value for keyword in call.keywords}


def constants(call: ast.Call, name: str) -> str:
    return ast.literal_eval(keywords(call)[name])


def declared_parameters(node: ast.Call) -> set[str]:
    """Return the names that the parameters module of a node declares."""
    executable = constants(node, 'executable')
    module = PARAMETER_MODULES.get(executable, 'parameters')
    module = importlib.import_module(f'{constants(node, "package")}.{module}')
    declared = getattr(module, f'{executable.capitalize()}Parameters')
    return set(_names(declared)) | {'use_sim_time'}


def _names(declared: type) -> Iterator[str]:
    for field in fields(declared):
        if is_dataclass(field.default):
            yield from _names(type(field.default))
        else:
            yield field.name


def configurations(path: Path) -> set[str]:
    """Return the arguments that a file reads, by LaunchConfiguration or its own _argument."""
    first = [call.args[0] for call in calls(path, 'LaunchConfiguration')]
    first += [call.args[0] for call in calls(path, '_argument')]
    return {ast.literal_eval(value) for value in first if isinstance(value, ast.Constant)}


def config_of(path: Path) -> Path:
    """Return the default of the argument params_file."""
    for call in calls(path, 'DeclareLaunchArgument'):
        if ast.literal_eval(call.args[0]) == 'params_file':
            parts = keywords(call)['default_value'].args[0].elts[1:]
            return SHARE.joinpath(*(ast.literal_eval(part) for part in parts))
    raise AssertionError(f'{path.name} has no argument params_file')


def test_every_launch_file_is_installed():
    installed = {path.name for path in SHARE.glob('*.launch.py')}
    assert installed == {'environment.launch.py', *NODE_FILES}


@pytest.mark.parametrize('name', NODE_FILES)
def test_the_executables_are_installed(name):
    nodes = calls(SHARE / name, 'Node')
    assert nodes
    for node in nodes:
        package, executable = constants(node, 'package'), constants(node, 'executable')
        path = Path(get_package_prefix(package)) / 'lib' / package / executable
        assert os.access(path, os.X_OK), f'{path} is not an executable'


@pytest.mark.parametrize('name', NODE_FILES)
def test_every_parameter_that_is_passed_is_declared_by_the_node(name):
    for node in calls(SHARE / name, 'Node'):
        (passed,) = [
            element
            for element in keywords(node)['parameters'].elts
            if isinstance(element, ast.Dict)
        ]
        names = {ast.literal_eval(key) for key in passed.keys}
        assert names
        assert names <= declared_parameters(node)


@pytest.mark.parametrize('name', NODE_FILES)
def test_every_parameter_in_the_config_file_is_declared_and_not_passed_too(name):
    config = yaml.safe_load(config_of(SHARE / name).read_text())
    nodes = {constants(node, 'name'): node for node in calls(SHARE / name, 'Node')}
    arguments = {
        ast.literal_eval(call.args[0]) for call in calls(SHARE / name, 'DeclareLaunchArgument')
    }
    for section, content in config.items():
        # '/**' is for every node of that file, '/**/guard' for the one of that name.
        node = nodes.get(section.removeprefix('/**').lstrip('/'), next(iter(nodes.values())))
        names = set(content['ros__parameters'])
        assert names
        assert names <= declared_parameters(node)
        if node is next(iter(nodes.values())):
            assert not names & arguments


def test_every_parameter_of_the_recorder_can_be_given_at_launch():
    path = SHARE / 'record.launch.py'
    arguments = {ast.literal_eval(call.args[0]) for call in calls(path, 'DeclareLaunchArgument')}
    config = yaml.safe_load(config_of(path).read_text())['/**']['ros__parameters']
    declared = declared_parameters(calls(path, 'Node')[0])
    assert declared - arguments - set(config) == {'camera_name'}  # camera_names does more


def test_every_parameter_of_policy_and_guard_can_be_given_at_launch_or_in_the_file():
    path = SHARE / 'policy.launch.py'
    config = yaml.safe_load(config_of(path).read_text())
    for node in calls(path, 'Node'):
        (passed,) = [e for e in keywords(node)['parameters'].elts if isinstance(e, ast.Dict)]
        given = set(config[f'/**/{constants(node, "name")}']['ros__parameters'])
        given |= {ast.literal_eval(key) for key in passed.keys}
        assert declared_parameters(node) - given == NOT_AT_LAUNCH[constants(node, 'name')]


@pytest.mark.parametrize(
    ('guard', 'mode', 'guarded'),
    [('true', 'drive', True), ('false', 'drive', False), ('true', 'shadow', False)],
)
def test_a_driving_policy_is_behind_the_guard_and_a_shadow_leaves_the_base_alone(
    guard, mode, guarded
):
    path = SHARE / 'policy.launch.py'
    values = {'guard': guard, 'mode': mode, 'cmd_vel_topic': 'base'}
    policy, guard_node = calls(path, 'Node')
    topic, started = (
        _choose(path, call, values)
        for node, part in ((policy, 'parameters'), (guard_node, 'condition'))
        for call in ast.walk(keywords(node)[part])
        if isinstance(call, ast.Call) and _name(call.func) == '_guarded'
    )
    parameters = importlib.import_module('mobile_vla_policy.guard.parameters')
    assert topic == (parameters.GuardParameters().input_topic if guarded else 'base')
    assert started == ('true' if guarded else 'false')


def _choose(path: Path, call: ast.Call, values: dict[str, str]) -> str:
    """Return what launch makes of a call of `_guarded`, which is an expression of Python."""
    (expression,) = calls(path, 'PythonExpression')
    parts: list[str] = []
    for part in expression.args[0].elts:
        if isinstance(part, ast.JoinedStr):
            parts.append(f"'{ast.literal_eval(call.args[0])}' if '")
        elif isinstance(part, ast.Starred):
            parts += [_text(element, values) for element in call.args[1].elts]
        else:
            parts.append(_text(part, values))
    return eval(''.join(parts))  # as launch does


def _text(part: ast.expr, values: dict[str, str]) -> str:
    if isinstance(part, ast.Constant):
        return part.value
    return values[ast.literal_eval(part.args[0])]


@pytest.mark.parametrize('name', NODE_FILES)
def test_arguments_are_described_and_every_configuration_that_is_read_is_an_argument(name):
    arguments = {
        ast.literal_eval(call.args[0]): keywords(call)
        for call in calls(SHARE / name, 'DeclareLaunchArgument')
    }
    assert configurations(SHARE / name) == set(arguments)
    assert all(ast.literal_eval(value['description']) for value in arguments.values())
    without_default = {key for key, value in arguments.items() if 'default_value' not in value}
    assert without_default <= {'checkpoint'}


@pytest.mark.parametrize('name', NODE_FILES)
def test_images_get_room_in_shared_memory(name):
    (include,) = calls(SHARE / name, 'IncludeLaunchDescription')
    assert ast.literal_eval(include.args[0].args[0].elts[-1]) == 'environment.launch.py'
    (join,) = calls(SHARE / 'environment.launch.py', 'PathJoinSubstitution')
    parts = [ast.literal_eval(part) for part in join.args[0].elts[1:]]
    assert SHARE.joinpath(*parts).is_file()
