# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""Tests for judge.py."""

from dataclasses import replace

import pytest

from mobile_vla_sim.geometry import Box, Cup, Pose, Room
from mobile_vla_sim.judge import Judge, Outcome
from mobile_vla_sim.scenario import find_scenario
from mobile_vla_sim.scene import draw_scene

LEFT = find_scenario('1box_vert_left')
SCENE = replace(
    draw_scene(LEFT, 0),
    start=Pose(0.0, 0.0, 0.0),
    cup=Cup(3.0, 0.0),
    boxes=(Box(1.5, 0.0, 0.0, 0.2, 0.4, 0.5),),
    room=Room(-2.0, 5.0, -3.0, 3.0, 1.0),
)


def _drive(points, scenario=LEFT, scene=SCENE, seconds=0.1):
    judge = Judge(scenario, scene)
    for i, (x, y) in enumerate(points):
        judge.observe(Pose(x, y, 0.0), i * seconds)
    return judge


LEFT_WAY = [(0.0, 0.0), (1.0, 0.6), (1.5, 0.6), (2.0, 0.6), (2.7, 0.0)]


def test_passing_on_the_left_to_the_cup_is_success():
    judge = _drive(LEFT_WAY)
    assert judge.outcome is Outcome.SUCCESS
    assert judge.sides == [1]
    assert judge.side_followed
    assert judge.min_clearance == pytest.approx(0.6 - 0.2 - 0.18)
    assert judge.distance == pytest.approx(0.3)


def test_the_mirrored_way_is_the_wrong_side():
    judge = _drive([(x, -y) for x, y in LEFT_WAY])
    assert judge.outcome is Outcome.WRONG_SIDE
    assert judge.sides == [-1]
    assert not judge.side_followed


def test_the_mirrored_way_succeeds_when_right_is_asked():
    judge = _drive([(x, -y) for x, y in LEFT_WAY], LEFT.opposite)
    assert judge.outcome is Outcome.SUCCESS


def test_a_box_is_not_passed_before_its_centre():
    judge = _drive([(0.0, 0.0), (1.49, 0.6)])
    assert judge.sides == [0]
    assert judge.outcome is Outcome.RUNNING


@pytest.mark.parametrize(
    ('point', 'outcome'),
    [
        ((1.221, 0.0), Outcome.COLLISION),
        ((1.219, 0.0), Outcome.RUNNING),
        ((1.5, 0.379), Outcome.COLLISION),
        ((1.49, 0.381), Outcome.RUNNING),
        ((0.0, 2.83), Outcome.COLLISION),
        ((0.0, 2.81), Outcome.RUNNING),
    ],
)
def test_contact_begins_where_the_rim_meets_a_box_or_a_wall(point, outcome):
    judge = _drive([point])
    assert judge.outcome is outcome
    assert judge.collided == (outcome is Outcome.COLLISION)


def test_the_first_final_outcome_stays():
    judge = _drive([(1.3, 0.0), *LEFT_WAY])
    assert judge.outcome is Outcome.COLLISION


@pytest.mark.parametrize(('x', 'outcome'), [(2.66, Outcome.SUCCESS), (2.64, Outcome.RUNNING)])
def test_the_cup_is_reached_within_35_centimetres(x, outcome):
    assert _drive([*LEFT_WAY[:-1], (x, 0.0)]).outcome is outcome


@pytest.mark.parametrize(
    ('seconds', 'outcome'), [(20.0, Outcome.RUNNING), (20.1, Outcome.TIMEOUT)]
)
def test_an_episode_may_take_20_seconds(seconds, outcome):
    assert _drive([(0.0, 0.0), (0.1, 0.0)], seconds=seconds).outcome is outcome


def test_both_of_two_boxes_must_be_passed_on_the_side():
    boxes = (replace(SCENE.boxes[0], x=1.0), replace(SCENE.boxes[0], x=2.0))
    scene = replace(SCENE, boxes=boxes)
    way = [(0.0, 0.0), (1.0, 0.7), (1.5, 0.0), (2.0, -0.7)]
    judge = _drive(way, find_scenario('2box_vert_left'), scene)
    assert judge.sides == [1, -1]
    assert judge.outcome is Outcome.WRONG_SIDE


def test_sides_are_measured_across_the_way_to_the_cup():
    scene = replace(SCENE, cup=Cup(0.0, 3.0), boxes=(replace(SCENE.boxes[0], x=0.0, y=1.5),))
    judge = _drive([(0.0, 0.0), (-0.7, 1.0), (-0.7, 1.6)], scene=scene)
    assert judge.sides == [1]
