# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""A scene: where everything stands, drawn at random from the layout and a seed alone."""

from __future__ import annotations

from dataclasses import dataclass
import math
import zlib

import numpy as np

from .appearance import Appearance, draw_appearance
from .geometry import Box, Cup, Pose, Room
from .scenario import Scenario

_SIZES = {
    'vert': {'length': (0.20, 0.28), 'width': (0.24, 0.34), 'height': (0.40, 0.56)},
    'hori': {'length': (0.20, 0.28), 'width': (0.48, 0.64), 'height': (0.20, 0.30)},
}
"""Ranges of the box sizes [m]; the length lies along the way, the width across it."""
_CUP_DISTANCE = {1: (2.2, 3.0), 2: (3.0, 3.6)}
"""Range of the cup's distance from the nominal start [m]."""
_FRACTIONS = {1: ((0.40, 0.55),), 2: ((0.28, 0.34), (0.59, 0.65))}
"""Where each box stands, as a fraction of the way to the cup."""


@dataclass(frozen=True)
class Scene:
    """Everything that is fixed during an episode, in `world`."""

    layout: str
    seed: int
    start: Pose
    boxes: tuple[Box, ...]
    cup: Cup
    room: Room
    appearance: Appearance


def draw_scene(scenario: Scenario, seed: int) -> Scene:
    """
    Draw the scene of a seed.

    The side of the scenario is not used, so both sides of one seed share their scene.
    Left and right are equally likely in every quantity.
    """
    rng = np.random.default_rng([abs(seed), zlib.crc32(scenario.layout.encode())])

    def between(low: float, high: float) -> float:
        return float(rng.uniform(low, high))

    start = Pose(between(-0.12, 0.12), between(-0.25, 0.25), between(-0.25, 0.25))
    reach, bearing = between(*_CUP_DISTANCE[scenario.boxes]), between(-0.12, 0.12)
    cup = Cup(
        x=reach * math.cos(bearing),
        y=reach * math.sin(bearing),
        radius=between(0.050, 0.062),
        height=between(0.15, 0.20),
        handle=between(-math.pi, math.pi),
    )
    sizes = _SIZES[scenario.orientation]
    boxes = tuple(
        Box(
            x=fraction * cup.x,
            y=fraction * cup.y + between(-0.12, 0.12),
            yaw=bearing + between(-0.30, 0.30),
            **{name: between(*limits) for name, limits in sizes.items()},
        )
        for fraction in (between(*limits) for limits in _FRACTIONS[scenario.boxes])
    )
    room = Room(
        x_min=between(-3.0, -1.8),
        x_max=between(4.6, 6.5),
        y_min=between(-4.0, -2.4),
        y_max=between(2.4, 4.0),
        wall_height=between(0.5, 1.4),
    )
    return Scene(
        layout=scenario.layout,
        seed=seed,
        start=start,
        boxes=boxes,
        cup=cup,
        room=room,
        appearance=draw_appearance(rng, len(boxes)),
    )
