# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""Nav2's velocity smoother and collision monitor between the guard and the base."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .argument import Argument, Default
from .common_arguments import PACKAGE, share
from .node_plan import NodePlan
from .serving import plan_serving, SERVING_ARGUMENTS

GUARDED = 'cmd_vel_vla'
"""What the guard passes on."""
SMOOTHED = 'cmd_vel_smoothed'
"""What the velocity smoother publishes, by a name of its own."""
_ALWAYS = {'mode': 'drive', 'guard': True}
"""Whoever only watches needs no safety between itself and the base."""

NAV2_SAFETY_ARGUMENTS = (
    *(argument for argument in SERVING_ARGUMENTS if argument.name not in _ALWAYS),
    Argument(
        'nav2_params_file',
        'YAML file with the parameters of velocity_smoother and collision_monitor.',
        Default(
            f'config/nav2_safety.yaml of {PACKAGE}',
            lambda _: str(share() / 'config' / 'nav2_safety.yaml'),
        ),
    ),
)


def plan_nav2_safety(values: Mapping[str, Any]) -> list[NodePlan]:
    """
    Return policy, guard, smoother, monitor, and the manager that activates the last two.

    :param values: of the robot's arguments and of NAV2_SAFETY_ARGUMENTS
    """
    time = {'use_sim_time': values['use_sim_time']}
    stamped = {'enable_stamped_cmd_vel': values['stamped'], **time}
    topics = {'cmd_vel_in_topic': SMOOTHED, 'cmd_vel_out_topic': values['cmd_vel_topic']}
    nav2 = {'namespace': values['namespace'], 'params_file': values['nav2_params_file']}
    smoother = NodePlan(
        'nav2_velocity_smoother',
        'velocity_smoother',
        stamped,
        remappings=(('cmd_vel', GUARDED),),
        **nav2,
    )
    monitor = NodePlan(
        'nav2_collision_monitor', 'collision_monitor', {**stamped, **topics}, **nav2
    )
    manager = NodePlan(
        'nav2_lifecycle_manager',
        'lifecycle_manager',
        {'autostart': True, 'node_names': [smoother.executable, monitor.executable], **time},
        name='lifecycle_manager_safety',
        namespace=values['namespace'],
    )
    serving = plan_serving({**values, **_ALWAYS, 'cmd_vel_topic': GUARDED})
    return [*serving, smoother, monitor, manager]
