# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""Arguments and plans as a launch description; only this module needs launch."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
import os
from typing import Any

from launch import LaunchContext, LaunchDescription, LaunchDescriptionEntity, Substitution
from launch.actions import (
    DeclareLaunchArgument,
    GroupAction,
    IncludeLaunchDescription,
    LogInfo,
    OpaqueFunction,
    ResetLaunchConfigurations,
    SetEnvironmentVariable,
    Shutdown,
)
from launch.launch_description_sources import AnyLaunchDescriptionSource
from launch_ros.actions import Node
from launch_ros.parameter_descriptions import ParameterValue

from mobile_vla_core.parent_end import LAUNCH_PID

from .argument import Argument, Default, mistyped_arguments, values
from .fast_dds import fast_dds_profile
from .node_plan import IncludePlan, NodePlan, Plan, refuse_missing

_PATIENCE = '30'
"""A recorder checks its episode before it ends, which may take a while [s]."""


class _DefaultText(Substitution):
    """A Default in the terms of launch."""

    def __init__(self, default: Default) -> None:
        super().__init__()
        self._default = default

    def describe(self) -> str:
        """Return what --show-args prints."""
        return self._default.text

    def perform(self, context: LaunchContext) -> str:
        """Return the default, given the arguments before it."""
        return self._default.of(context.launch_configurations)


def describe(
    arguments: Sequence[Argument], plan: Callable[[Mapping[str, Any]], Sequence[Plan]]
) -> LaunchDescription:
    """
    Return the description of a launch file.

    :param plan: what is started, given the value of every argument
    """

    def start(context: LaunchContext) -> list[LaunchDescriptionEntity]:
        plans = plan(values(arguments, context.launch_configurations))
        refuse_missing(plans)
        warnings = mistyped_arguments(arguments, _given(context))
        return [*(LogInfo(msg=text) for text in warnings), *(_action(one) for one in plans)]

    return LaunchDescription(
        [
            *(_declaration(argument) for argument in arguments),
            SetEnvironmentVariable(*fast_dds_profile(os.environ)),
            OpaqueFunction(function=start),
        ]
    )


def _given(context: LaunchContext) -> list[str]:
    """Return the names on the command line, unless they are kept from a file that is included."""
    names = [word.partition(':=')[0] for word in context.argv if ':=' in word]
    return [name for name in names if name in context.launch_configurations]


def _declaration(argument: Argument) -> DeclareLaunchArgument:
    default = argument.default
    return DeclareLaunchArgument(
        argument.name,
        default_value=_DefaultText(default) if isinstance(default, Default) else default,
        description=argument.description,
        choices=list(argument.choices) or None,
    )


def _action(plan: Plan) -> LaunchDescriptionEntity:
    if isinstance(plan, IncludePlan):
        source = AnyLaunchDescriptionSource(plan.path)
        include = IncludeLaunchDescription(source, launch_arguments=plan.arguments)
        # Not with forwarding=False, which would take the profile of Fast DDS away as well.
        return GroupAction([ResetLaunchConfigurations(), include])
    return _node(plan)


def _node(plan: NodePlan) -> Node:
    given = {name: _typed(value) for name, value in plan.parameters.items()}
    return Node(
        package=plan.package,
        executable=plan.executable,
        name=plan.name or None,
        namespace=plan.namespace,
        output='screen',
        parameters=[
            *([plan.params_file] if plan.params_file else []),
            *([given] if given else []),
        ],
        remappings=list(plan.remappings),
        arguments=list(plan.arguments),
        respawn=plan.respawn,
        prefix=plan.prefix or None,
        on_exit=[Shutdown(reason=f'{plan.executable} ended')] if plan.ends_all else None,
        additional_env={LAUNCH_PID: str(os.getpid())},
        sigterm_timeout=_PATIENCE,
        sigkill_timeout=_PATIENCE,
    )


def _typed(value: Any) -> Any:
    """Keep a text a text, whatever it looks like: launch would read '5' as a number."""
    return ParameterValue(value, value_type=str) if isinstance(value, str) else value
