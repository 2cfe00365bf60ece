# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""Tests for scene.py."""

import numpy as np
import pytest

from mobile_vla_sim.geometry import ROBOT_RADIUS
from mobile_vla_sim.scenario import find_scenario, SCENARIOS
from mobile_vla_sim.scene import draw_scene


@pytest.mark.parametrize('layout', ['1box_vert', '1box_hori', '2box_vert', '2box_hori'])
def test_the_side_does_not_change_the_scene(layout):
    left, right = (find_scenario(f'{layout}_{side}') for side in ('left', 'right'))
    assert draw_scene(left, 7) == draw_scene(right, 7)


def test_another_seed_or_layout_gives_another_scene():
    first, second = find_scenario('1box_vert_left'), find_scenario('1box_hori_left')
    assert draw_scene(first, 1).start != draw_scene(first, 2).start
    assert draw_scene(first, 1).start != draw_scene(second, 1).start


def test_a_negative_seed_is_as_good_as_another():
    assert len(draw_scene(find_scenario('2box_vert_left'), -5).boxes) == 2


@pytest.mark.parametrize('scenario', SCENARIOS.values(), ids=SCENARIOS)
def test_boxes_stand_between_start_and_cup_with_room_to_drive(scenario):
    for seed in range(100):
        scene = draw_scene(scenario, seed)
        assert len(scene.boxes) == scenario.boxes
        xs = [scene.start.x, *(box.x for box in scene.boxes), scene.cup.x]
        assert xs == sorted(xs)
        for box in scene.boxes:
            assert box.distance(scene.start.x, scene.start.y) > ROBOT_RADIUS + 0.1
            assert box.distance(scene.cup.x, scene.cup.y) > ROBOT_RADIUS + 0.35
            assert scene.room.distance(box.x, box.y) > 1.5


def test_tall_boxes_are_tall_and_wide_ones_wide():
    tall = draw_scene(find_scenario('1box_vert_left'), 3).boxes[0]
    wide = draw_scene(find_scenario('1box_hori_left'), 3).boxes[0]
    assert tall.height > tall.width > 0.0
    assert wide.width > wide.height > 0.0


def test_left_and_right_are_equally_likely():
    scenes = [draw_scene(find_scenario('1box_vert_left'), seed) for seed in range(1000)]
    offsets = np.array([[s.start.y, s.start.yaw, s.cup.y, s.boxes[0].yaw] for s in scenes])
    error = np.abs(offsets.mean(axis=0)) / (offsets.std(axis=0) / np.sqrt(len(scenes)))
    assert (error < 4.0).all()
