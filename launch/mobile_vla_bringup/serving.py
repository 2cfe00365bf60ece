# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""Policy and guard: their arguments, and how they are wired to the robot."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mobile_vla_core.chunk_strategy import ChunkStrategy
from mobile_vla_policy.guard.parameters import GuardParameters
from mobile_vla_policy.parameters import declare_parameters, MODES
from mobile_vla_policy.worker_settings import DTYPES

from .argument import Argument
from .common_arguments import USE_SIM_TIME
from .node_arguments import file_argument, node_arguments
from .node_plan import NodePlan

PACKAGE = 'mobile_vla_policy'

MODEL_ARGUMENTS = (
    Argument('checkpoint', 'Checkpoint directory written by mobile_vla_train.', None),
    *node_arguments(
        'policy',
        declare_parameters,
        'device',
        'dtype',
        'strategy',
        choices={
            'dtype': DTYPES,
            'strategy': tuple(strategy.value for strategy in ChunkStrategy),
        },
    ),
)
"""Which policy, and how it is computed."""

TOPIC_ARGUMENTS = (
    *node_arguments(
        'policy', declare_parameters, 'image_topic', 'compressed', 'cmd_vel_topic', 'stamped'
    ),
    file_argument(
        'emergency_stop_topic',
        'std_msgs/Bool: true stops until ~/arm is called.',
        'emergency_stop',
    ),
    file_argument('instruction_topic', 'std_msgs/String: a new instruction.', 'instruction'),
    *node_arguments('policy', declare_parameters, 'driver_topic', 'driver_stamped'),
)
"""How the policy is connected to the robot."""

DRIVE_ARGUMENTS = (
    *node_arguments(
        'policy',
        declare_parameters,
        'instruction',
        'mode',
        'autostart',
        'max_linear_x',
        'max_linear_y',
        'max_angular_z',
        'run_log',
        'realtime_priority',
        choices={'mode': MODES},
    ),
    file_argument('guard', 'Start the guard before the base; never in shadow mode.', 'true', bool),
)
"""What is driven, and how fast."""

SERVING_ARGUMENTS = (*MODEL_ARGUMENTS, *DRIVE_ARGUMENTS, *TOPIC_ARGUMENTS, USE_SIM_TIME)
_REMAPPED = {'emergency_stop': 'emergency_stop_topic', 'instruction': 'instruction_topic'}
_OF_GUARD = ('cmd_vel_topic', 'stamped', 'use_sim_time')
_NO_PARAMETERS = {'guard', *_REMAPPED.values()}


def plan_serving(values: Mapping[str, Any]) -> list[NodePlan]:
    """
    Return the policy node, and the guard between it and the base.

    Beside a human who drives there is no guard: its zeros would come between him and the base.

    :param values: of the robot's arguments, and of those of SERVING_ARGUMENTS that are asked for
    """
    common = {'namespace': values['namespace'], 'params_file': values['params_file']}
    names = [one.name for one in SERVING_ARGUMENTS if one.name not in _NO_PARAMETERS]
    parameters = {name: values[name] for name in names if name in values}
    remappings = [(name, values[given]) for name, given in _REMAPPED.items() if given in values]
    policy = NodePlan(PACKAGE, 'policy', parameters, remappings=tuple(remappings), **common)
    if not values.get('guard', True) or values.get('mode', 'drive') != 'drive':
        return [policy]
    guard = {name: values[name] for name in _OF_GUARD if name in values}
    parameters['cmd_vel_topic'] = GuardParameters().input_topic
    return [policy, NodePlan(PACKAGE, 'guard', guard, respawn=True, **common)]
