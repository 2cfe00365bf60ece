# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""Judge an episode from the true state: contact, side of passing, arrival and time."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
import math

from .geometry import Pose, ROBOT_RADIUS
from .scenario import Scenario
from .scene import Scene


class Outcome(str, Enum):
    """How an episode stands; every value but RUNNING is final."""

    RUNNING = 'running'
    SUCCESS = 'success'
    COLLISION = 'collision'
    WRONG_SIDE = 'wrong_side'
    TIMEOUT = 'timeout'


@dataclass(frozen=True)
class JudgeConfig:
    """The rules."""

    goal_radius: float = 0.35
    """Distance from the base to the cup that counts as reached [m]."""
    time_limit: float = 20.0
    """Longest episode [s]."""
    robot_radius: float = ROBOT_RADIUS
    """Radius of the base [m]."""


class Judge:
    """
    Follow one episode and name its outcome.

    A box is passed when the base crosses the line through the centre of the box at right
    angles to the way from start to cup; the side is the sign of the base's offset there.
    """

    def __init__(self, scenario: Scenario, scene: Scene, config: JudgeConfig | None = None):
        self.config = config or JudgeConfig()
        self._scenario = scenario
        self._scene = scene
        way = math.atan2(scene.cup.y - scene.start.y, scene.cup.x - scene.start.x)
        self._way = (math.cos(way), math.sin(way))
        self.outcome = Outcome.RUNNING
        self.sides = [0] * len(scene.boxes)
        """Per box: +1 when passed on its left, -1 on its right, 0 not yet passed."""
        self.min_clearance = math.inf
        """Smallest distance from the base's rim to a box or wall so far [m]."""
        self.distance = math.inf
        """From the base's centre to the cup [m]."""

    @property
    def collided(self) -> bool:
        """Whether the base has touched a box or a wall."""
        return self.min_clearance <= 0.0

    @property
    def side_followed(self) -> bool:
        """Whether every box has been passed, on the instructed side."""
        return all(side == self._scenario.sign for side in self.sides)

    def observe(self, pose: Pose, elapsed: float) -> Outcome:
        """
        Take the true pose at a time since the start and return the outcome so far.

        :param pose: of the base in `world`
        :param elapsed: [s]
        """
        scene = self._scene
        obstacles = (*scene.boxes, scene.room)
        clearance = min(o.distance(pose.x, pose.y) for o in obstacles) - self.config.robot_radius
        self.min_clearance = min(self.min_clearance, clearance)
        self.distance = pose.distance(scene.cup.x, scene.cup.y)
        if self.outcome is Outcome.RUNNING:
            self._observe_sides(pose)
            self.outcome = self._decide(elapsed)
        return self.outcome

    def _decide(self, elapsed: float) -> Outcome:
        if self.collided:
            return Outcome.COLLISION
        if any(side == -self._scenario.sign for side in self.sides):
            return Outcome.WRONG_SIDE
        if self.distance < self.config.goal_radius and self.side_followed:
            return Outcome.SUCCESS
        if elapsed > self.config.time_limit:
            return Outcome.TIMEOUT
        return Outcome.RUNNING

    def _observe_sides(self, pose: Pose) -> None:
        cos, sin = self._way
        for i, box in enumerate(self._scene.boxes):
            dx, dy = pose.x - box.x, pose.y - box.y
            if cos * dx + sin * dy < 0.0:
                self.sides[i] = 0  # not there yet, or gone back
            elif self.sides[i] == 0:
                self.sides[i] = 1 if cos * dy - sin * dx > 0.0 else -1
