# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""Recorder, teleop and camera driver: their arguments, and which of them are started."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
import shlex
from typing import Any

from mobile_vla_core.errors import ConfigError
from mobile_vla_recorder import parameters as recorder
from mobile_vla_recorder.teleop import parameters as teleop
from mobile_vla_recorder.teleop.joystick_layouts import LAYOUTS

from .argument import Argument, switch
from .common_arguments import USE_SIM_TIME
from .node_arguments import file_argument, node_arguments
from .node_plan import IncludePlan, NodePlan, Plan

PACKAGE = 'mobile_vla_recorder'
DRIVERS = ('none', 'keyboard', 'joystick')

_ROBOT_NAME = 'robot_name'
"""The recorder's parameter `robot`; as an argument that is the kind of robot."""

RECORDER_ARGUMENTS = tuple(
    replace(argument, name=_ROBOT_NAME) if argument.name == 'robot' else argument
    for argument in node_arguments('recorder', recorder.read_parameters)
)
_OF_TELEOP = node_arguments(
    'teleop',
    teleop.read_parameters,
    'instruction',
    'scenario',
    'linear_speed',
    'angular_speed',
    'sideways',
    'joystick_layout',
    choices={'joystick_layout': tuple(LAYOUTS)},
)
_SHARED = ('cmd_vel_topic', 'stamped', 'plan')

RECORDING_ARGUMENTS = (
    *RECORDER_ARGUMENTS,
    Argument(
        'teleop',
        'Drive with the keyboard in a terminal of its own, or a joystick.',
        'none',
        DRIVERS,
    ),
    Argument('terminal', 'Command that opens a terminal, for the keyboard.', 'xterm -e'),
    switch('joy_node', 'With a joystick: start joy_node of the package joy.', True),
    *_OF_TELEOP,
    file_argument('camera_launch', "Path of your camera driver's launch file, '' for none.", ''),
    file_argument('camera_arguments', 'Arguments of that file: name:=value, with spaces.', ''),
    USE_SIM_TIME,
)


def plan_recording(values: Mapping[str, Any]) -> list[Plan]:
    """
    Return the recorder, and what is wanted beside it.

    :param values: of the robot's arguments and of RECORDING_ARGUMENTS
    """
    common = {'namespace': values['namespace'], 'params_file': values['params_file']}
    parameters = {argument.name: values[argument.name] for argument in RECORDER_ARGUMENTS}
    parameters['robot'] = parameters.pop(_ROBOT_NAME)
    for name in ('camera_names', 'image_topics'):
        if not parameters[name]:
            del parameters[name]  # then there is one camera: camera_name and image_topic
    parameters['use_sim_time'] = values['use_sim_time']
    plans: list[Plan] = [NodePlan(PACKAGE, 'recorder', parameters, **common)]
    if values['camera_launch']:
        plans.insert(0, _camera(values['camera_launch'], values['camera_arguments']))
    if values['teleop'] == 'none':
        return plans
    joystick = values['teleop'] == 'joystick'
    names = (*_SHARED, *(argument.name for argument in _OF_TELEOP), 'use_sim_time')
    driver = {name: values[name] for name in names}
    driver['joystick'] = joystick
    prefix = '' if joystick else values['terminal']
    plans.append(NodePlan(PACKAGE, 'teleop', driver, prefix=prefix, **common))
    if joystick and values['joy_node']:
        plans.append(NodePlan('joy', 'joy_node', namespace=values['namespace']))
    return plans


def _camera(path: str, arguments: str) -> IncludePlan:
    pairs = [word.partition(':=') for word in shlex.split(arguments)]
    for name, assigned, value in pairs:
        if not (name and assigned):
            raise ConfigError(
                f'argument camera_arguments: found {name + assigned + value!r}, '
                'expected name:=value'
            )
    return IncludePlan(path, tuple((name, value) for name, _, value in pairs))
