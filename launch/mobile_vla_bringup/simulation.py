# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""The simulator: every parameter of it is an argument."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mobile_vla_sim.camera import RENDERERS
from mobile_vla_sim.parameters import MODES, read_parameters
from mobile_vla_sim.scenario import SCENARIOS

from .node_arguments import node_arguments
from .node_plan import NodePlan

PACKAGE = 'mobile_vla_sim'

SIM_ARGUMENTS = node_arguments(
    'sim',
    read_parameters,
    choices={'mode': MODES, 'renderer': RENDERERS, 'scenario': tuple(SCENARIOS)},
)


def plan_sim(values: Mapping[str, Any]) -> list[NodePlan]:
    """
    Return the simulator.

    :param values: of the robot's arguments, and of those of SIM_ARGUMENTS that are asked for
    """
    names = [argument.name for argument in SIM_ARGUMENTS if argument.name in values]
    return [
        NodePlan(
            PACKAGE,
            'sim',
            {name: values[name] for name in names},
            params_file=values['params_file'],
            namespace=values['namespace'],
        )
    ]
