# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""One closed-loop drive: what was asked, and what the simulator saw."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any

from .scenario import find_scenario, SCENARIOS

HELD_OUT_SEED = 900_000
"""Seeds from here on are for evaluation; `collect` refuses them."""


@dataclass(frozen=True)
class Trial:
    """A scene and the side that is asked for in it."""

    scenario: str
    seed: int

    @property
    def swapped(self) -> Trial:
        """The same scene, asked to be passed on the other side."""
        return Trial(find_scenario(self.scenario).opposite.name, self.seed)


def held_out_trials(count: int, first_seed: int = HELD_OUT_SEED) -> list[Trial]:
    """Return `count` trials over all scenarios in turn, each with a seed of its own."""
    names = list(SCENARIOS)
    return [Trial(names[i % len(names)], first_seed + i) for i in range(count)]


@dataclass(frozen=True)
class BoxOutline:
    """A box seen from above, in the world frame [m, rad]."""

    x: float
    y: float
    yaw: float
    length: float
    width: float


@dataclass(frozen=True)
class TrialResult:
    """
    How a trial ended, judged from the simulator's true state.

    :param outcome: 'success', 'collision', 'wrong_side' or 'timeout'
    :param sides: per box +1 passed on its left, -1 on its right, 0 not passed
    :param seconds: from reset to the end, simulated [s]
    :param path: true positions of the robot in the world, (x, y) [m]
    :param reasons: why the policy held still, each once
    :param prediction_age: median age of the image behind a command of the policy [s]
    """

    trial: Trial
    instruction: str
    outcome: str
    sides: list[int]
    seconds: float
    distance: float
    min_clearance: float
    cup: tuple[float, float]
    boxes: list[BoxOutline]
    path: list[tuple[float, float]] = field(repr=False)
    reasons: list[str] = field(default_factory=list)
    prediction_age: float = 0.0

    @property
    def succeeded(self) -> bool:
        """At the cup, without contact, on the asked side, in time."""
        return self.outcome == 'success'

    @property
    def collided(self) -> bool:
        """A box was touched."""
        return self.outcome == 'collision'

    @property
    def followed_side(self) -> bool:
        """Every box was passed, and on the side that was asked for."""
        return all(side == find_scenario(self.trial.scenario).sign for side in self.sides)

    def to_dict(self) -> dict[str, Any]:
        """Return plain values for JSON, the path rounded to millimetres."""
        content = asdict(self)
        content['path'] = [[round(x, 3), round(y, 3)] for x, y in self.path]
        return content
