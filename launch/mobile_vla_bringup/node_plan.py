# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""What a launch file starts, in plain values: which node, with which parameters."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
import os
import shlex
import shutil
from typing import Any

from ament_index_python.packages import get_package_prefix, PackageNotFoundError

from mobile_vla_core.errors import ConfigError


@dataclass(frozen=True)
class NodePlan:
    """
    A node to be started.

    :param parameters: values by name; they count more than those of the file
    :param params_file: path of a file of parameters, '' for none
    :param remappings: pairs of a name in the node and the name on the robot
    :param namespace: namespace of the node and of its topics
    :param respawn: start it again when it ends
    :param prefix: a command that is given the node's command, such as a terminal
    :param ends_all: when it ends everything ends
    """

    package: str
    executable: str
    parameters: Mapping[str, Any] = field(default_factory=dict)
    params_file: str = ''
    remappings: tuple[tuple[str, str], ...] = ()
    namespace: str = ''
    respawn: bool = False
    prefix: str = ''
    arguments: tuple[str, ...] = ()
    name: str = ''
    ends_all: bool = False


@dataclass(frozen=True)
class IncludePlan:
    """
    Another launch file to be included.

    :param arguments: its own; it is given none of ours, whose names may mean something else there
    """

    path: str
    arguments: tuple[tuple[str, str], ...] = ()


Plan = NodePlan | IncludePlan


def refuse_missing(plans: Iterable[Plan]) -> None:
    """
    Raise a ConfigError that names what is not installed, and what to do.

    That is every package, or else a terminal.
    """
    plans = list(plans)
    packages = dict.fromkeys(plan.package for plan in plans if isinstance(plan, NodePlan))
    missing = [package for package in packages if not is_installed(package)]
    if not missing:
        _refuse_missing_terminals(plans)
        return
    distribution = os.environ.get('ROS_DISTRO', '<distribution>')
    debian = ' '.join(f'ros-{distribution}-{name.replace("_", "-")}' for name in missing)
    verb = 'is' if len(missing) == 1 else 'are'
    raise ConfigError(
        f'{", ".join(missing)} {verb} not installed: sudo apt install {debian}, '
        'or build from source and source the workspace'
    )


def _refuse_missing_terminals(plans: Iterable[Plan]) -> None:
    for plan in plans:
        prefix = plan.prefix if isinstance(plan, NodePlan) else ''
        if prefix and not shutil.which(shlex.split(prefix)[0]):
            raise ConfigError(
                f'{prefix!r} cannot be run, in which {plan.executable} is to be opened: install '
                'it, choose another terminal:=, or run it in a terminal of your own: ros2 run '
                f'{plan.package} {plan.executable}'
            )


def is_installed(package: str) -> bool:
    """Return whether a ROS package is there."""
    try:
        get_package_prefix(package)
    except PackageNotFoundError:
        return False
    return True
