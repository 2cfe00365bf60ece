# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""
A scripted driver: from the true state to the command, with no memory.

The way is the taut string from the base to the cup that leaves every box on the chosen
hand: each corner is widened to a disc, and the heading is the outermost of the direction
to the cup and the tangents to the discs. Commands change continuously with the state,
and a mirrored scene gives the mirrored command.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
import math

import numpy as np
from numpy.typing import NDArray

from mobile_vla_core.action_space import as_action, STOP_ACTION

from .geometry import Box, Pose, ROBOT_RADIUS, wrap_angle


@dataclass(frozen=True)
class ExpertConfig:
    """How the scripted driver drives."""

    clearance: float = 0.32
    """Room left between the base's rim and a corner [m]."""
    softness: float = 0.15
    """Length over which a tangent turns when the base comes near its disc [m]."""
    push_out: float = 1.2
    """Extra turn away from a disc, per fraction of its radius that the base is inside [rad]."""
    cruise_speed: float = 0.70
    """[m/s]"""
    creep_speed: float = 0.12
    """Speed on reaching stop_distance [m/s]."""
    braking: float = 1.6
    """Speed lost per distance before the cup [1/s]."""
    stop_distance: float = 0.29
    """Distance to the cup from which the base stands [m]."""
    yaw_gain: float = 2.0
    """Yaw rate per bearing of the cup [1/s]."""
    max_yaw_rate: float = 1.0
    """[rad/s]"""

    def at_pace(self, pace: float) -> ExpertConfig:
        """Return those of a driver who does the same so many times as fast."""
        return replace(
            self,
            cruise_speed=pace * self.cruise_speed,
            creep_speed=pace * self.creep_speed,
            braking=pace * self.braking,
            yaw_gain=pace * self.yaw_gain,
            max_yaw_rate=pace * self.max_yaw_rate,
        )


class Expert:
    """Drive to the cup with every box on the chosen hand, always turned to the cup."""

    def __init__(self, config: ExpertConfig | None = None) -> None:
        self.config = config or ExpertConfig()

    def command(
        self, pose: Pose, cup: tuple[float, float], boxes: Sequence[Box], side: int
    ) -> NDArray[np.float32]:
        """
        Return the action for a state, shape (4,).

        :param pose: true pose of the base in `world`
        :param cup: (x, y) in `world` [m]
        :param boxes: in `world`
        :param side: +1 to pass every box on its left, -1 on its right
        """
        config = self.config
        distance = pose.distance(*cup)
        if distance < config.stop_distance:
            return STOP_ACTION.copy()
        bearing = pose.bearing(*cup)
        course = bearing + side * self._detour(pose, cup, boxes, side)
        speed = config.creep_speed + config.braking * (distance - config.stop_distance)
        speed = min(config.cruise_speed, speed)
        turn = max(-config.max_yaw_rate, min(config.max_yaw_rate, config.yaw_gain * bearing))
        return as_action([speed * math.cos(course), speed * math.sin(course), turn])

    def _detour(
        self, pose: Pose, cup: tuple[float, float], boxes: Sequence[Box], side: int
    ) -> float:
        """Angle between the way to go and the cup, towards the chosen side, >= 0 [rad]."""
        config = self.config
        to_cup = pose.direction(*cup)
        reach = pose.distance(*cup)
        radius = ROBOT_RADIUS + config.clearance
        detour = 0.0
        for box in boxes:
            middle = side * wrap_angle(pose.direction(box.x, box.y) - to_cup)
            if middle > math.pi / 2:
                continue  # behind, and on the other hand: nothing left to go around
            for x, y in box.corners:
                away = pose.distance(x, y)
                if away**2 - radius**2 > reach**2:
                    continue  # the cup comes first
                # From the box's own direction, so that no corner of a box behind jumps a turn.
                corner = side * wrap_angle(pose.direction(x, y) - to_cup)
                corner = middle + wrap_angle(corner - middle)
                detour = max(detour, corner + self._tangent(away, radius))
        return min(detour, math.radians(150.0))

    def _tangent(self, distance: float, radius: float) -> float:
        """Angle from the centre of a disc to the course that clears it [rad]."""
        if distance <= radius:
            return math.pi / 2 + self.config.push_out * (1.0 - distance / radius)
        length = math.sqrt(distance**2 - radius**2)
        # The exact tangent has length itself here; its slope at the rim would be infinite.
        return math.atan2(radius, length**2 / (length + self.config.softness))
