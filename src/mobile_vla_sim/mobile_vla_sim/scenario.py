# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""The eight scenarios: how many boxes, how they stand, and on which side to pass them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import product

import numpy as np

from mobile_vla_core.errors import ConfigError

COUNTS = (1, 2)
ORIENTATIONS = ('vert', 'hori')
SIDES = ('left', 'right')

_TEMPLATES = {
    1: (
        'Navigate around the single box obstacle by going {side}',
        'Go around the box on the {side} side and drive to the cup',
        'Pass the box on the {side} and stop at the cup',
        'Keep to the {side} of the box to reach the cup',
        'Drive {side} around the box and stop in front of the cup',
        '상자를 {korean}으로 돌아서 컵까지 가',
        '상자 {korean}으로 지나가서 컵 앞에 멈춰',
    ),
    2: (
        'Navigate around the two box obstacles by going {side}',
        'Go around both boxes on the {side} side and drive to the cup',
        'Pass both boxes on the {side} and stop at the cup',
        'Keep to the {side} of the two boxes to reach the cup',
        'Drive {side} around the boxes and stop in front of the cup',
        '상자 두 개를 {korean}으로 돌아서 컵까지 가',
        '두 상자 {korean}으로 지나가서 컵 앞에 멈춰',
    ),
}
_KOREAN = {'left': '왼쪽', 'right': '오른쪽'}


@dataclass(frozen=True)
class Scenario:
    """
    One task: a layout of boxes and the side on which every box must be passed.

    :param boxes: how many boxes stand between the robot and the cup
    :param orientation: 'vert' for tall boxes, 'hori' for wide, low ones
    :param side: 'left' or 'right', as the robot sees it
    """

    boxes: int
    orientation: str
    side: str

    @property
    def layout(self) -> str:
        """Name without the side; the geometry depends on this and on the seed alone."""
        return f'{self.boxes}box_{self.orientation}'

    @property
    def name(self) -> str:
        """Full name, such as '2box_hori_left'."""
        return f'{self.layout}_{self.side}'

    @property
    def sign(self) -> int:
        """+1 for left and -1 for right: the sign of the lateral offset when passing."""
        return 1 if self.side == 'left' else -1

    @property
    def opposite(self) -> Scenario:
        """The same layout to be passed on the other side."""
        return replace(self, side='right' if self.side == 'left' else 'left')

    @property
    def instructions(self) -> tuple[str, ...]:
        """Every sentence that may ask for this scenario, the canonical one first."""
        words = {'side': self.side, 'korean': _KOREAN[self.side]}
        return tuple(template.format(**words) for template in _TEMPLATES[self.boxes])

    def instruction(self, seed: int) -> str:
        """Pick the sentence for a seed: the same paraphrase for both sides of one scene."""
        rng = np.random.default_rng([abs(seed), self.boxes, 7])
        return self.instructions[rng.integers(len(self.instructions))]


SCENARIOS = {
    scenario.name: scenario
    for scenario in (Scenario(*parts) for parts in product(COUNTS, ORIENTATIONS, SIDES))
}


def find_scenario(name: str) -> Scenario:
    """Return the scenario of that name; ConfigError naming the known ones otherwise."""
    if name not in SCENARIOS:
        raise ConfigError(f'unknown scenario {name!r}: expected one of {", ".join(SCENARIOS)}')
    return SCENARIOS[name]
