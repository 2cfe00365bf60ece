# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""Tests for world.py."""

import math

import numpy as np
import pytest

from mobile_vla_core.errors import ConfigError
from mobile_vla_sim.judge import Outcome
from mobile_vla_sim.world import World


@pytest.fixture(scope='module')
def world():
    return World()


def _drive(world, velocity, steps):
    for _ in range(steps):
        world.command(velocity)
        world.advance(0.1)


def test_a_reset_begins_the_same_episode_again(world):
    traces = []
    for _ in range(2):
        instruction = world.reset('1box_vert_left', 4, 1.0)
        first = world.render()
        _drive(world, [0.3, 0.1, 0.2], 10)
        traces.append((instruction, first.tobytes(), world.base.pose, world.render().tobytes()))
    assert traces[0] == traces[1]


def test_the_swapped_scenario_shows_the_same_picture_and_asks_for_the_other_side(world):
    left = world.reset('2box_hori_left', 9)
    frame = world.render()
    right = world.reset('2box_hori_right', 9)
    np.testing.assert_array_equal(frame, world.render())
    assert left != right


def test_time_is_the_sum_of_the_steps(world):
    world.reset('1box_vert_left', 4)
    for dt in (0.1, 0.05, 0.02, 0.01):
        world.advance(dt)
    assert world.time == pytest.approx(0.18)


def test_driving_into_the_box_is_a_collision_and_ends_there(world):
    world.reset('1box_hori_left', 2)
    box = world.scene.boxes[0]
    for _ in range(60):
        bearing = world.base.pose.bearing(box.x, box.y)
        world.command([0.6 * math.cos(bearing), 0.6 * math.sin(bearing), 0.0])
        world.advance(0.1)
    assert world.outcome is Outcome.COLLISION
    clearance = box.distance(world.base.pose.x, world.base.pose.y)
    assert clearance == pytest.approx(0.18, abs=0.02)


def test_without_commands_the_base_stands_until_the_time_is_over(world):
    world.reset('1box_vert_left', 4, 1.0)
    start = world.base.pose
    assert world.advance(19.9) is Outcome.RUNNING
    assert world.base.pose == start
    assert world.advance(0.3) is Outcome.TIMEOUT


@pytest.mark.parametrize('level', [-1.0, math.nan, math.inf])
def test_a_disturbance_that_is_no_level_is_refused(world, level):
    with pytest.raises(ConfigError, match='disturbance of 0 or more'):
        world.reset('1box_vert_left', 0, level)


def test_an_unknown_scenario_leaves_the_world_as_it_was(world):
    world.reset('1box_vert_left', 4)
    before = world.scene
    with pytest.raises(ConfigError, match='unknown scenario'):
        world.reset('maze', 1)
    assert world.scene is before
