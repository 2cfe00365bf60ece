# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""Simulator, policy and guard, and the program that gives them scene after scene."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .argument import Argument, switch
from .node_plan import NodePlan
from .serving import MODEL_ARGUMENTS, plan_serving
from .simulation import PACKAGE, plan_sim, SIM_ARGUMENTS

_OF_SIM = ('renderer', 'width', 'height')
_OF_TRIALS = {'episodes': '--episodes', 'first': '--first', 'disturbance': '--disturbance'}

DEMO_ARGUMENTS = (
    *MODEL_ARGUMENTS,
    *(argument for argument in SIM_ARGUMENTS if argument.name in _OF_SIM),
    Argument('episodes', 'Scenes to drive, then all ends; 0: until Ctrl-C.', '8', kind=int),
    Argument('first', 'Number of the first of the held-out scenes.', '0', kind=int),
    Argument('disturbance', 'Of the base; 1 is the training level.', '0.0', kind=float),
    switch('swap', 'Ask for the other side than the scene was made for.', False),
    switch('image_view', 'Show the camera with rqt_image_view.', False),
)


def plan_demo(values: Mapping[str, Any]) -> list[NodePlan]:
    """
    Return all that the demo starts; it ends when the last scene was driven.

    :param values: of the robot's arguments and of DEMO_ARGUMENTS
    """
    given = [f'{option}={values[name]}' for name, option in _OF_TRIALS.items()]
    if values['swap']:
        given.append('--swap')
    plans = [
        *plan_sim(values),
        *plan_serving(values),
        NodePlan(
            PACKAGE,
            'trials',
            namespace=values['namespace'],
            arguments=tuple(given),
            ends_all=True,
        ),
    ]
    if values['image_view']:
        view = NodePlan(
            'rqt_image_view',
            'rqt_image_view',
            namespace=values['namespace'],
            arguments=('camera/image_raw',),
        )
        plans.append(view)
    return plans
