# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""Colours, light and floor pattern of a scene, drawn at random."""

from __future__ import annotations

import colorsys
from dataclasses import dataclass
import math

import numpy as np

Colour = tuple[float, float, float]
"""Linear red, green and blue in 0..1."""
FLOOR_PATTERNS = ('concrete', 'tiles', 'planks')


@dataclass(frozen=True)
class Appearance:
    """What a scene looks like; nothing here changes where anything is."""

    boxes: tuple[Colour, ...]
    cup: Colour
    floor: tuple[Colour, Colour]
    """The two colours between which the floor pattern runs."""
    floor_pattern: str
    pattern_size: float
    """Size of a tile or the width of a plank [m]."""
    pattern_angle: float
    """Direction of the floor pattern in `world` [rad]."""
    pattern_seed: int
    wall: Colour
    sky: tuple[Colour, Colour]
    """At the horizon and overhead."""
    light: tuple[float, float, float]
    """Position of the lamp in `world` [m]."""
    light_intensity: float
    ambient: float


def draw_appearance(rng: np.random.Generator, boxes: int) -> Appearance:
    """Draw an appearance for a scene with that many boxes."""

    def between(low: float, high: float) -> float:
        return float(rng.uniform(low, high))

    def colour(hue: float, saturation: float, value: float) -> Colour:
        return colorsys.hsv_to_rgb(hue % 1.0, saturation, value)

    hue = between(0.0, 1.0)
    floor_hue, wall_hue = between(0.03, 0.16), between(0.0, 1.0)
    floor_saturation, floor_value = between(0.03, 0.30), between(0.50, 0.85)
    contrast = between(0.55, 0.85)
    sky_hue = between(0.52, 0.66)
    bearing = between(-math.pi, math.pi)
    lamp = between(1.0, 3.0)
    cardboard = [rng.random() < 0.5 for _ in range(boxes)]
    return Appearance(
        boxes=tuple(
            colour(between(0.07, 0.10), between(0.40, 0.60), between(0.55, 0.80))
            if plain
            else colour(between(0.0, 1.0), between(0.50, 0.85), between(0.55, 0.95))
            for plain in cardboard
        ),
        cup=colour(hue, between(0.75, 1.0), between(0.75, 1.0)),
        floor=(
            colour(floor_hue, floor_saturation, floor_value),
            colour(floor_hue, floor_saturation * 0.8, floor_value * contrast),
        ),
        floor_pattern=FLOOR_PATTERNS[rng.integers(len(FLOOR_PATTERNS))],
        pattern_size=between(0.25, 0.60),
        pattern_angle=between(-math.pi, math.pi),
        pattern_seed=int(rng.integers(2**31)),
        wall=colour(wall_hue, between(0.03, 0.30), between(0.60, 0.92)),
        sky=(
            colour(sky_hue, between(0.02, 0.20), between(0.85, 1.0)),
            colour(sky_hue, between(0.20, 0.50), between(0.70, 0.95)),
        ),
        light=(
            1.5 + lamp * math.cos(bearing),
            lamp * math.sin(bearing),
            between(2.4, 4.0),
        ),
        light_intensity=between(0.70, 1.00),
        ambient=between(0.40, 0.55),
    )
