# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""A camera that casts rays with MuJoCo: textured floor and hard shadows, no OpenGL needed."""

from __future__ import annotations

import cv2
import mujoco
import numpy as np
from numpy.typing import NDArray

from .floor import Floor
from .geometry import Pose
from .model import build_model, SCENERY
from .optics import CameraConfig
from .scene import Scene

_SHADOW_GROUPS = np.array([1, 0, 0, 0, 0, 0], dtype=np.uint8)
"""Geom groups that cast shadows: all but the scenery."""
_SKIRTING = 0.08
"""Height of the darker foot of the walls [m]."""
_TAPE = 0.03
"""Half the width of the tape on a box [m]."""


class RayCamera:
    """Render a scene on the CPU; the same scene and pose give the same bytes."""

    def __init__(self, config: CameraConfig | None = None) -> None:
        self.config = config or CameraConfig()
        self._rays = self.config.rays()
        count = len(self._rays)
        self._geom = np.empty(count, dtype=np.int32)
        self._distance = np.empty(count)
        self._normal = np.empty((count, 3))
        self._shadow_geom = np.empty(count, dtype=np.int32)
        self._shadow_distance = np.empty(count)

    def load(self, scene: Scene) -> None:
        """Look at another scene from now on."""
        self._scene = scene
        self._model, self._data = build_model(scene)
        look = scene.appearance
        self._floor = Floor(look)
        # The last row is for rays that meet nothing: index -1.
        self._colours = np.vstack([self._model.geom_rgba[:, :3], look.sky[:1]]).astype(np.float32)
        self._groups = np.append(self._model.geom_group, -1)
        self._boxes = [(self._model.geom(f'box{i}').id, b) for i, b in enumerate(scene.boxes)]
        self._cup_id = self._model.geom('cup').id
        self._horizon, self._zenith = np.asarray(look.sky, dtype=np.float32)
        self._light = np.array(look.light)

    def render(self, pose: Pose) -> NDArray[np.uint8]:
        """Return what the camera sees from a pose of the base, RGB, shape (H, W_px, 3)."""
        lens = self.config.position(pose)
        rays = self._rays @ self.config.rotation(pose).T
        self._cast(lens, rays, self._geom, self._distance, self._normal)
        directions = rays.astype(np.float32)
        points = directions * self._distance.astype(np.float32)[:, None] + lens.astype(np.float32)
        normal = self._normal.astype(np.float32)
        image = self._albedo(points, normal)
        image *= self._shade(points, normal)[:, None]
        sky = np.flatnonzero(self._geom < 0)
        height = np.clip(2.0 * directions[sky, 2:], 0.0, 1.0)
        image[sky] = self._horizon + height * (self._zenith - self._horizon)
        pixels = cv2.convertScaleAbs(image, alpha=255.0)  # rounds and saturates
        return pixels.reshape(self.config.height, self.config.width, 3)

    def _cast(self, origin, rays, geom, distance, normal, groups=None) -> None:
        mujoco.mj_multiRay(
            self._model,
            self._data,
            origin,
            rays.reshape(-1),
            groups,
            True,
            -1,
            geom,
            distance,
            None if normal is None else normal.reshape(-1),
            len(rays),
            100.0,
        )

    def _shade(self, points: NDArray[np.float32], normal: NDArray[np.float32]):
        """Return the light that reaches points, shape (N,)."""
        look = self._scene.appearance
        from_light = points - self._light.astype(np.float32)
        away = np.sqrt(np.einsum('ij,ij->i', from_light, from_light))
        facing = -np.einsum('ij,ij->i', normal, from_light) / away
        lit = np.flatnonzero((facing > 0.0) & (self._geom >= 0))
        # From the light to the points; a ray that arrives early meets something in between.
        rays = from_light[lit].astype(np.float64)
        geom, arrival = self._shadow_geom[: len(lit)], self._shadow_distance[: len(lit)]
        self._cast(self._light, rays, geom, arrival, None, _SHADOW_GROUPS)
        facing[lit[(geom >= 0) & (arrival < 0.995)]] = 0.0
        light = look.light_intensity * np.maximum(facing, 0.0)
        light += look.ambient * (0.85 + 0.15 * normal[:, 2])
        return light

    def _albedo(self, points, normal) -> NDArray[np.float32]:
        """Return the colour of what each ray meets, shape (N, 3)."""
        geom = self._geom
        colours = self._colours[geom]
        floor = np.flatnonzero(geom == 0)
        distance = self._distance[floor].astype(np.float32)
        colours[floor] = self._floor.colour(points[floor, :2], distance)
        low = (points[:, 2] < _SKIRTING) & (self._groups[geom] == SCENERY) & (geom > 0)
        colours[low] *= np.float32(0.6)
        for i, box in self._boxes:
            seen = np.flatnonzero(geom == i)
            cos, sin = np.cos(box.yaw), np.sin(box.yaw)
            across = cos * (points[seen, 1] - box.y) - sin * (points[seen, 0] - box.x)
            upper = (normal[seen, 2] > 0.5) | (points[seen, 2] > 0.75 * box.height)
            colours[seen[upper & (np.abs(across) < _TAPE)]] += np.float32(0.18)
        cup = self._scene.cup
        top = np.flatnonzero((geom == self._cup_id) & (normal[:, 2] > 0.5))
        away = np.hypot(points[top, 0] - cup.x, points[top, 1] - cup.y)
        colours[top[away < 0.8 * cup.radius]] *= np.float32(0.25)
        return colours
