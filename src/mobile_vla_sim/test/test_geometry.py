# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""Tests for geometry.py."""

import math

import pytest

from mobile_vla_sim.geometry import Box, Pose, Room, wrap_angle

BOX = Box(x=1.0, y=0.5, yaw=math.pi / 2, length=0.4, width=0.2, height=0.3)


@pytest.mark.parametrize(
    ('angle', 'wrapped'), [(0.5, 0.5), (7.0, 7.0 - 2 * math.pi), (-4.0, 2 * math.pi - 4.0)]
)
def test_angles_are_wrapped_to_half_a_turn(angle, wrapped):
    assert wrap_angle(angle) == pytest.approx(wrapped)
    assert wrap_angle(-angle) == -wrap_angle(angle)


def test_a_bearing_is_relative_to_the_heading():
    assert Pose(1.0, 1.0, math.pi / 2).bearing(0.0, 1.0) == pytest.approx(math.pi / 2)


@pytest.mark.parametrize(
    ('x', 'y', 'distance'),
    [(1.0, 0.5, 0.0), (1.3, 0.5, 0.2), (1.0, 0.9, 0.2), (1.4, 1.1, 0.5), (1.09, 0.69, 0.0)],
)
def test_the_distance_to_a_turned_box_is_to_its_outline(x, y, distance):
    assert BOX.distance(x, y) == pytest.approx(distance)


def test_corners_lie_on_the_outline():
    assert len(set(BOX.corners)) == 4
    for x, y in BOX.corners:
        assert BOX.distance(x, y) == pytest.approx(0.0, abs=1e-12)
        assert math.hypot(x - BOX.x, y - BOX.y) == pytest.approx(math.hypot(0.2, 0.1))


def test_the_distance_to_a_room_is_to_the_nearest_wall():
    room = Room(-2.0, 5.0, -3.0, 3.0, 1.0)
    assert room.distance(0.0, 2.5) == pytest.approx(0.5)
    assert room.distance(5.5, 0.0) == pytest.approx(-0.5)
