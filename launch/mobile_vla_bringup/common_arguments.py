# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""Arguments of several launch files: which robot, its parameters, namespace and clock."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from ament_index_python.packages import get_package_share_directory

from .argument import Argument, Default, switch
from .node_arguments import PARAMS_FILE

PACKAGE = 'mobile_vla_bringup'
ROBOTS = ('omnidirectional', 'differential', 'turtlebot4', 'jetson_omni', 'simulated')
"""The first is the default; each has a file of parameters in `config`."""

USE_SIM_TIME = switch('use_sim_time', 'Take the time from /clock.', False)


def share() -> Path:
    """Return the folder where this package's files are installed."""
    return Path(get_package_share_directory(PACKAGE))


def robot_arguments(robot: str = ROBOTS[0]) -> tuple[Argument, ...]:
    """
    Return the arguments of a launch file that starts nodes for a robot.

    :param robot: the default
    """
    return (
        Argument('robot', 'Kind of the robot: chooses the file of parameters.', robot, ROBOTS),
        Argument(
            PARAMS_FILE,
            'YAML file of parameters: defaults of the arguments, and all the others.',
            Default(f'config/<robot>.yaml of {PACKAGE}', _params_file),
        ),
        Argument('namespace', 'Namespace of the nodes and of their topics.', ''),
    )


def _params_file(given: Mapping[str, str]) -> str:
    return str(share() / 'config' / f'{given["robot"]}.yaml')
