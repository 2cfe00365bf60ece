# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""Tests for expert.py."""

import numpy as np
import pytest

from mobile_vla_core.action_space import ACTION_TYPE, ActionType, STOP_ACTION
from mobile_vla_sim.expert import Expert, ExpertConfig
from mobile_vla_sim.geometry import Box, Pose
from mobile_vla_sim.judge import Outcome
from mobile_vla_sim.scenario import find_scenario, SCENARIOS
from mobile_vla_sim.scene import draw_scene
from mobile_vla_sim.world import World

EXPERT = Expert()
BOX = Box(1.5, 0.0, 0.2, 0.25, 0.5, 0.3)
CUP = (3.0, 0.1)


class NoCamera:
    """Driving by the true state needs no picture."""

    def load(self, scene):
        """Accept any scene."""


def _drive(scenario, seed, disturbance, delay=0, expert=EXPERT):
    """Drive until arrival; `delay` is in steps of 0.1 s."""
    world = World(NoCamera())
    world.reset(scenario, seed, disturbance)
    waiting = [STOP_ACTION] * delay
    for _ in range(150):
        cup = (world.scene.cup.x, world.scene.cup.y)
        action = expert.command(world.base.pose, cup, world.scene.boxes, world.scenario.sign)
        waiting.append(action)
        world.command(waiting.pop(0)[:3])
        world.advance(0.1)
        if world.outcome is not Outcome.RUNNING:
            break
    return world


@pytest.mark.parametrize('scenario', SCENARIOS)
@pytest.mark.parametrize('disturbance', [0.0, 1.0])
def test_the_expert_reaches_the_cup_on_the_instructed_side(scenario, disturbance):
    for seed in range(1000, 1010):
        world = _drive(scenario, seed, disturbance)
        assert world.outcome is Outcome.SUCCESS, f'seed {seed}'
        assert world.judge.min_clearance > 0.05


@pytest.mark.parametrize('scenario', SCENARIOS)
def test_the_expert_bears_a_late_command(scenario):
    outcomes = [_drive(scenario, seed, 1.0, delay=1).outcome for seed in range(5)]
    assert outcomes == [Outcome.SUCCESS] * 5


@pytest.mark.parametrize('scenario', SCENARIOS)
def test_a_fast_expert_arrives_sooner_and_bears_a_late_command_too(scenario):
    fast = Expert(ExpertConfig().at_pace(1.7))
    for seed in range(1000, 1005):
        usual, hurried = (_drive(scenario, seed, 1.0, 1, expert) for expert in (EXPERT, fast))
        assert hurried.outcome is Outcome.SUCCESS, f'seed {seed}'
        assert hurried.time < 0.8 * usual.time


def test_a_mirrored_scene_gives_exactly_the_mirrored_command():
    for seed in range(50):
        scene = draw_scene(find_scenario('2box_hori_left'), seed)
        cup = (scene.cup.x, scene.cup.y)
        for x in np.linspace(-0.2, 3.0, 9):
            pose = Pose(float(x), 0.3 * np.sin(seed + x), 0.2)
            left = EXPERT.command(pose, cup, scene.boxes, 1)
            mirrored = tuple(box.mirrored for box in scene.boxes)
            right = EXPERT.command(pose.mirrored, (cup[0], -cup[1]), mirrored, -1)
            np.testing.assert_array_equal(left * [1, -1, -1, 1], right)


def test_the_side_decides_the_way_around():
    pose = Pose(0.5, 0.0, 0.0)
    assert EXPERT.command(pose, CUP, [BOX], 1)[1] > 0.1
    assert EXPERT.command(pose, CUP, [BOX], -1)[1] < -0.1


def test_a_box_that_is_passed_is_forgotten():
    pose = Pose(2.4, 0.0, 0.0)
    np.testing.assert_array_equal(
        EXPERT.command(pose, CUP, [BOX], 1), EXPERT.command(pose, CUP, [], 1)
    )


@pytest.mark.parametrize(('x', 'kind'), [(2.6, ActionType.MOVEMENT), (2.75, ActionType.STOP)])
def test_the_expert_stands_at_the_cup(x, kind):
    action = EXPERT.command(Pose(x, 0.1, 0.0), CUP, [BOX], 1)
    assert action[ACTION_TYPE] == kind
    assert (kind is ActionType.STOP) == (not action[:3].any())


def test_commands_change_continuously_with_the_state():
    for y in (-0.3, 0.0, 0.4, 0.7):
        xs = np.arange(0.0, 2.6, 0.002)
        actions = np.array([EXPERT.command(Pose(x, y, 0.1), CUP, [], 1) for x in xs])
        assert np.abs(np.diff(actions, axis=0)).max() < 0.02
    ys = np.arange(0.62, 1.5, 0.002)
    for x in (0.5, 1.5, 2.0):
        actions = np.array([EXPERT.command(Pose(x, y, 0.1), CUP, [BOX], 1) for y in ys])
        assert np.abs(np.diff(actions, axis=0)).max() < 0.02


def test_commands_do_not_jump_behind_a_box():
    ys = np.arange(-0.3, 0.6, 0.002)
    for x in (1.85, 2.0, 2.2, 2.5):
        actions = np.array([EXPERT.command(Pose(x, y, 0.1), CUP, [BOX], 1) for y in ys])
        assert np.abs(np.diff(actions, axis=0)).max() < 0.03


def test_a_base_pushed_close_to_a_box_is_led_away():
    pose = Pose(1.2, 0.2, 0.0)
    velocity = EXPERT.command(pose, CUP, [BOX], 1)[:2]
    step = 0.1 * velocity / np.linalg.norm(velocity)
    assert BOX.distance(pose.x + step[0], pose.y + step[1]) >= BOX.distance(pose.x, pose.y)
