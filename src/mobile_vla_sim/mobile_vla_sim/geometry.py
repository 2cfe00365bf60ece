# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""Poses, boxes and the cup in the plane, and the distances between them."""

from __future__ import annotations

from dataclasses import dataclass, replace
import math

ROBOT_RADIUS = 0.18
"""Radius of the disc that stands for the base [m]."""


def wrap_angle(angle: float) -> float:
    """Return the same angle in [-pi, pi] [rad]; exactly odd, so mirrored scenes stay mirrored."""
    return math.remainder(angle, 2.0 * math.pi)


@dataclass(frozen=True)
class Pose:
    """A pose in `world`: x [m], y [m], yaw counter-clockwise [rad]."""

    x: float
    y: float
    yaw: float

    @property
    def mirrored(self) -> Pose:
        """The pose seen in a mirror along the x axis."""
        return Pose(self.x, -self.y, -self.yaw)

    def direction(self, x: float, y: float) -> float:
        """Direction of a point in `world`, in [-pi, pi] [rad]."""
        return math.atan2(y - self.y, x - self.x)

    def bearing(self, x: float, y: float) -> float:
        """Direction of a point relative to the heading, in [-pi, pi] [rad]."""
        return wrap_angle(self.direction(x, y) - self.yaw)

    def distance(self, x: float, y: float) -> float:
        """Distance to a point [m]."""
        return math.hypot(x - self.x, y - self.y)


@dataclass(frozen=True)
class Box:
    """A box on the floor in `world`: centre [m], yaw [rad], sizes [m]; length is along its x."""

    x: float
    y: float
    yaw: float
    length: float
    width: float
    height: float

    @property
    def mirrored(self) -> Box:
        """The box seen in a mirror along the x axis."""
        return replace(self, y=-self.y, yaw=-self.yaw)

    @property
    def corners(self) -> tuple[tuple[float, float], ...]:
        """The four corners on the floor [m]."""
        cos, sin = math.cos(self.yaw), math.sin(self.yaw)
        half = ((i * self.length / 2, j * self.width / 2) for i in (1, -1) for j in (1, -1))
        return tuple((self.x + cos * a - sin * b, self.y + sin * a + cos * b) for a, b in half)

    def distance(self, x: float, y: float) -> float:
        """Distance from a point to the outline [m], 0 inside."""
        cos, sin = math.cos(self.yaw), math.sin(self.yaw)
        dx, dy = x - self.x, y - self.y
        along = abs(cos * dx + sin * dy) - self.length / 2
        across = abs(cos * dy - sin * dx) - self.width / 2
        return math.hypot(max(along, 0.0), max(across, 0.0))


@dataclass(frozen=True)
class Cup:
    """The goal: an upright cup in `world`, centre and sizes [m]."""

    x: float
    y: float
    radius: float = 0.055
    height: float = 0.18
    handle: float = 0.0
    """Direction in which the handle points [rad]."""


@dataclass(frozen=True)
class Room:
    """Four walls parallel to the axes of `world` [m]."""

    x_min: float
    x_max: float
    y_min: float
    y_max: float
    wall_height: float

    def distance(self, x: float, y: float) -> float:
        """Distance from a point inside to the nearest wall [m], negative outside."""
        return min(x - self.x_min, self.x_max - x, y - self.y_min, self.y_max - y)
