# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""Where the camera sits on the base and how it projects."""

from __future__ import annotations

from dataclasses import dataclass
import math

import numpy as np
from numpy.typing import NDArray

from mobile_vla_core.errors import ConfigError

from .geometry import Pose


@dataclass(frozen=True)
class CameraConfig:
    """A forward camera without distortion, with square pixels."""

    width: int = 160
    """[pixels]"""
    height: int = 90
    """[pixels]"""
    horizontal_fov: float = math.radians(100.0)
    """[rad]"""
    height_above_floor: float = 0.36
    """[m]"""
    forward: float = 0.05
    """Ahead of the base's centre [m]."""
    pitch: float = math.radians(20.0)
    """Looking down by this much [rad]."""

    def __post_init__(self) -> None:
        if self.width < 8 or self.height < 8:
            raise ConfigError(
                f'expected an image of at least 8 x 8 pixels, found {self.width} x {self.height}'
            )

    @property
    def focal_length(self) -> float:
        """Focal length [pixels]."""
        return self.width / 2 / math.tan(self.horizontal_fov / 2)

    @property
    def vertical_fov(self) -> float:
        """Vertical field of view [rad]."""
        return 2.0 * math.atan(self.height / 2 / self.focal_length)

    @property
    def intrinsics(self) -> NDArray[np.float64]:
        """Camera matrix of the optical frame, shape (3, 3) [pixels]."""
        centre = ((self.width - 1) / 2, (self.height - 1) / 2)
        return np.array(
            [[self.focal_length, 0, centre[0]], [0, self.focal_length, centre[1]], [0, 0, 1.0]]
        )

    def position(self, pose: Pose) -> NDArray[np.float64]:
        """Return the lens in `world` for a pose of the base, shape (3,) [m]."""
        return np.array(
            [
                pose.x + self.forward * math.cos(pose.yaw),
                pose.y + self.forward * math.sin(pose.yaw),
                self.height_above_floor,
            ]
        )

    def rotation(self, pose: Pose) -> NDArray[np.float64]:
        """Return the axes (forward, left, up) of the camera in `world` as columns, (3, 3)."""
        cos, sin = math.cos(pose.yaw), math.sin(pose.yaw)
        turn = np.array([[cos, -sin, 0.0], [sin, cos, 0.0], [0.0, 0.0, 1.0]])
        cos, sin = math.cos(self.pitch), math.sin(self.pitch)
        return turn @ np.array([[cos, 0.0, sin], [0.0, 1.0, 0.0], [-sin, 0.0, cos]])

    def rays(self) -> NDArray[np.float64]:
        """Return the unit directions of all pixels in (forward, left, up), shape (H * W_px, 3)."""
        focal = self.focal_length
        across = ((self.width - 1) / 2 - np.arange(self.width)) / focal
        up = ((self.height - 1) / 2 - np.arange(self.height)) / focal
        rays = np.ones((self.height, self.width, 3))
        rays[..., 1] = across
        rays[..., 2] = up[:, None]
        rays /= np.linalg.norm(rays, axis=-1, keepdims=True)
        return rays.reshape(-1, 3)
