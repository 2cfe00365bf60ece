# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""The simulated world of one robot: scene, base, judge and camera on one clock."""

from __future__ import annotations

from dataclasses import dataclass, field
import math

import numpy as np
from numpy.typing import ArrayLike, NDArray

from mobile_vla_core.errors import ConfigError

from .base import BaseConfig, OmniBase
from .camera import Camera, make_camera
from .disturbance import Disturbance
from .judge import Judge, JudgeConfig, Outcome
from .scenario import find_scenario, Scenario
from .scene import draw_scene, Scene

PHYSICS_PERIOD = 0.02
"""Longest step between two looks of the judge [s]."""


@dataclass(frozen=True)
class WorldConfig:
    """Everything that stays the same from episode to episode."""

    base: BaseConfig = field(default_factory=BaseConfig)
    judge: JudgeConfig = field(default_factory=JudgeConfig)


class World:
    """Reset to a scene, then alternate `command`, `advance` and `render`."""

    scenario: Scenario
    scene: Scene
    judge: Judge

    def __init__(self, camera: Camera | None = None, config: WorldConfig | None = None) -> None:
        self.config = config or WorldConfig()
        self.camera = camera or make_camera()
        self.base = OmniBase(self.config.base)
        self.time = 0.0
        """Simulated time since the reset [s]."""

    def reset(self, scenario: str, seed: int, disturbance: float = 0.0) -> str:
        """
        Begin an episode and return its instruction.

        :param scenario: name of one of the eight scenarios; the side changes the instruction
            and the judge, never the geometry
        :param seed: of scene, disturbance and paraphrase
        :param disturbance: level, 0 for none and 1 as for training data
        :raises ConfigError: if the scenario is unknown or the disturbance is not a level
        """
        if not 0.0 <= disturbance < math.inf:
            raise ConfigError(f'expected a disturbance of 0 or more, found {disturbance}')
        self.scenario = find_scenario(scenario)
        self.seed = seed
        self.scene = draw_scene(self.scenario, seed)
        self.instruction = self.scenario.instruction(seed)
        self.base.reset(self.scene.start)
        self.judge = Judge(self.scenario, self.scene, self.config.judge)
        self.camera.load(self.scene)
        self._disturbance = Disturbance(disturbance, seed)
        self.time = 0.0
        self.judge.observe(self.base.pose, self.time)
        return self.instruction

    @property
    def outcome(self) -> Outcome:
        """How the episode stands."""
        return self.judge.outcome

    def command(self, velocity: ArrayLike) -> None:
        """Take a command for the base from now on, shape (3,) [m/s, m/s, rad/s]."""
        self.base.command(velocity, self.time)

    def advance(self, dt: float) -> Outcome:
        """Move the world on by `dt` [s] and return the outcome so far."""
        steps = max(1, round(dt / PHYSICS_PERIOD))
        begin = self.time
        for i in range(steps):
            if self.outcome is not Outcome.COLLISION:  # after one, the base stays where it hit
                push = self._disturbance.step(dt / steps, self.base.velocity)
                self.base.step(dt / steps, self.time, push)
            self.time = begin + (i + 1) * dt / steps
            self.judge.observe(self.base.pose, self.time)
        return self.outcome

    def render(self) -> NDArray[np.uint8]:
        """Return what the camera sees now, RGB, shape (H, W_px, 3)."""
        return self.camera.render(self.base.pose)
