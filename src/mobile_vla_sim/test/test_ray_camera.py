# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""Tests for ray_camera.py, model.py and floor.py."""

from dataclasses import replace

import mujoco
import numpy as np
import pytest

from mobile_vla_sim.geometry import Box, Cup, Pose
from mobile_vla_sim.model import build_model
from mobile_vla_sim.optics import CameraConfig
from mobile_vla_sim.ray_camera import RayCamera
from mobile_vla_sim.scenario import find_scenario
from mobile_vla_sim.scene import draw_scene

POSE = Pose(0.0, 0.0, 0.0)
DRAWN = draw_scene(find_scenario('1box_vert_left'), 0)
SCENE = replace(
    DRAWN,
    boxes=(Box(1.2, 0.0, 0.0, 0.3, 0.4, 0.4),),
    cup=Cup(2.5, 0.9),
    appearance=replace(
        DRAWN.appearance,
        boxes=((0.9, 0.1, 0.1),),
        cup=(0.1, 0.2, 0.9),
        floor=((0.5, 0.5, 0.5), (0.5, 0.5, 0.5)),
        light=(0.0, -2.0, 3.0),
        light_intensity=0.6,
        ambient=0.4,
    ),
)


@pytest.fixture
def camera():
    camera = RayCamera(CameraConfig(width=160, height=90))
    camera.load(SCENE)
    return camera


def _pixel(config, point, pose=POSE):
    """Project a point of `world` to (row, column)."""
    inside = config.rotation(pose).T @ (np.asarray(point) - config.position(pose))
    u, v, w = config.intrinsics @ [-inside[1], -inside[2], inside[0]]
    return round(v / w), round(u / w)


def test_a_picture_is_rgb_of_the_asked_size(camera):
    frame = camera.render(POSE)
    assert frame.shape == (90, 160, 3)
    assert frame.dtype == np.uint8
    assert frame.std() > 10


def test_the_box_is_seen_in_its_colour_where_it_stands(camera):
    red, green, blue = camera.render(POSE)[_pixel(camera.config, (1.05, 0.15, 0.15))].astype(int)
    assert red > 3 * green
    assert red > 3 * blue


def test_the_cup_is_seen_in_its_colour_where_it_stands(camera):
    red, green, blue = camera.render(POSE)[_pixel(camera.config, (2.45, 0.9, 0.09))].astype(int)
    assert blue > 2 * red
    assert blue > 2 * green


def test_what_is_on_the_left_is_seen_on_the_left(camera):
    frame = camera.render(POSE).astype(int)
    blue = np.argwhere(frame[..., 2] > frame[..., 0] + 60)
    assert len(blue) > 3
    assert (blue[:, 1] < 80).all()


def test_the_box_casts_a_hard_shadow_away_from_the_light(camera):
    top, light = np.array([1.2, 0.2, 0.4]), np.array(SCENE.appearance.light)
    ground = light + (top - light) * light[2] / (light[2] - top[2])
    inside = _pixel(camera.config, (ground[0], ground[1] - 0.08, 0.0))
    with_box = camera.render(POSE)[inside].astype(float)
    camera.load(replace(SCENE, boxes=(), appearance=replace(SCENE.appearance, boxes=())))
    without = camera.render(POSE)[inside].astype(float)
    normal = ground * [1, 1, 0] - light
    facing = light[2] / np.linalg.norm(normal)
    assert with_box.mean() == pytest.approx(255 * 0.5 * 0.4, abs=4)
    assert without.mean() == pytest.approx(255 * 0.5 * (0.4 + 0.6 * facing), abs=6)


def test_the_same_scene_and_pose_give_the_same_bytes(camera):
    other = RayCamera(CameraConfig(width=160, height=90))
    other.load(SCENE)
    np.testing.assert_array_equal(camera.render(POSE), other.render(POSE))


def test_another_seed_gives_another_picture(camera):
    frames = []
    for seed in (1, 2):
        scene = draw_scene(find_scenario('1box_vert_left'), seed)
        camera.load(scene)
        frames.append(camera.render(scene.start).astype(int))
    assert np.abs(frames[0] - frames[1]).mean() > 5


def test_moving_closer_makes_the_box_larger(camera):
    far, near = (camera.render(Pose(x, 0.0, 0.0)).astype(int) for x in (0.0, 0.5))
    size = [(frame[..., 0] > 2 * frame[..., 1]).sum() for frame in (far, near)]
    assert size[1] > 1.5 * size[0] > 0


def test_the_model_agrees_with_the_geometry_of_the_judge():
    for seed in range(5):
        scene = draw_scene(find_scenario('2box_hori_left'), seed)
        model, data = build_model(scene)
        for i, box in enumerate(scene.boxes):
            for dx, dy in ((-0.7, 0.1), (0.1, 0.8), (0.5, -0.6)):
                point = np.array([box.x + dx, box.y + dy, 0.1])
                towards = np.array([box.x, box.y, 0.1]) - point
                towards /= np.linalg.norm(towards)
                geom = np.zeros((1, 1), dtype=np.int32)
                reach = mujoco.mj_ray(model, data, point, towards, None, 1, -1, geom)
                hit = point + reach * towards
                assert model.geom(geom[0, 0]).name == f'box{i}'
                assert box.distance(hit[0], hit[1]) == pytest.approx(0.0, abs=1e-6)


def test_walls_close_the_room_and_leave_the_sky():
    scene = replace(SCENE, room=replace(SCENE.room, wall_height=0.8))
    model, data = build_model(scene)
    room = scene.room
    rays = {
        'wall_front': ([1.0, 0.0, 0.0], room.x_max),
        'wall_back': ([-1.0, 0.0, 0.0], -room.x_min),
        'wall_left': ([0.0, 1.0, 0.0], room.y_max),
        'wall_right': ([0.0, -1.0, 0.0], -room.y_min),
    }
    for name, (direction, distance) in rays.items():
        geom = np.zeros((1, 1), dtype=np.int32)
        for height, met in ((0.7, True), (0.9, False)):
            origin = np.array([0.0, 0.0, height])
            reach = mujoco.mj_ray(model, data, origin, np.array(direction), None, 1, -1, geom)
            assert (reach == pytest.approx(distance)) == met, name
            assert (geom[0, 0] >= 0) == met
