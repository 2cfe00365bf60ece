# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""
A scene as a MuJoCo model, compiled anew for every episode.

Compiling takes about 3 ms; moving static geoms of a compiled model leaves stale bounding
boxes behind, against which rays are tested.
"""

from __future__ import annotations

import math

import mujoco

from .scene import Scene

SCENERY = 1
"""Geom group of the floor and the walls; everything that casts a shadow is in group 0."""
_GEOM = mujoco.mjtGeom


def build_spec(scene: Scene) -> mujoco.MjSpec:
    """Describe the floor, the walls, the boxes ('box0', …) and the cup ('cup…')."""
    spec = mujoco.MjSpec()
    world, look = spec.worldbody, scene.appearance

    def add(name, kind, size, position, colour, quat=(1.0, 0.0, 0.0, 0.0), group=0):
        rgba = [*colour, 1.0]
        world.add_geom(
            name=name, type=kind, size=size, pos=position, rgba=rgba, quat=quat, group=group
        )

    add(
        'floor',
        _GEOM.mjGEOM_PLANE,
        [30.0, 30.0, 1.0],
        [0.0, 0.0, 0.0],
        look.floor[0],
        group=SCENERY,
    )
    room, half = scene.room, scene.room.wall_height / 2
    middle = ((room.x_min + room.x_max) / 2, (room.y_min + room.y_max) / 2)
    for name, yaw, wall, x, y in (
        ('wall_back', 0.0, room.y_max - room.y_min, room.x_min, middle[1]),
        ('wall_right', math.pi / 2, room.x_max - room.x_min, middle[0], room.y_min),
        ('wall_front', math.pi, room.y_max - room.y_min, room.x_max, middle[1]),
        ('wall_left', -math.pi / 2, room.x_max - room.x_min, middle[0], room.y_max),
    ):
        size = [half, wall / 2, 1.0]
        place = [x, y, half]
        add(name, _GEOM.mjGEOM_PLANE, size, place, look.wall, _upright(yaw), group=SCENERY)
    for i, (box, colour) in enumerate(zip(scene.boxes, look.boxes, strict=True)):
        size3 = [box.length / 2, box.width / 2, box.height / 2]
        add(
            f'box{i}',
            _GEOM.mjGEOM_BOX,
            size3,
            [box.x, box.y, box.height / 2],
            colour,
            _turn(box.yaw),
        )
    cup = scene.cup
    half = cup.height / 2
    add('cup', _GEOM.mjGEOM_CYLINDER, [cup.radius, half, 0.0], [cup.x, cup.y, half], look.cup)
    reach = cup.radius + 0.012
    handle = [
        cup.x + reach * math.cos(cup.handle),
        cup.y + reach * math.sin(cup.handle),
        half,
    ]
    add(
        'cup_handle',
        _GEOM.mjGEOM_ELLIPSOID,
        [0.024, 0.007, 0.6 * half],
        handle,
        look.cup,
        _turn(cup.handle),
    )
    return spec


def build_model(scene: Scene) -> tuple[mujoco.MjModel, mujoco.MjData]:
    """Compile a scene and put every geom in its place."""
    model = build_spec(scene).compile()
    data = mujoco.MjData(model)
    mujoco.mj_forward(model, data)
    return model, data


def _turn(yaw: float) -> list[float]:
    """Quaternion (w, x, y, z) of a turn about the vertical [rad]."""
    return [math.cos(yaw / 2), 0.0, 0.0, math.sin(yaw / 2)]


def _upright(yaw: float) -> list[float]:
    """Quaternion that stands a plane up and turns its front to the direction `yaw` [rad]."""
    cos, sin = math.cos(yaw / 2) * math.sqrt(0.5), math.sin(yaw / 2) * math.sqrt(0.5)
    return [cos, -sin, cos, sin]
