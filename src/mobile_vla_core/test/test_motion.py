# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""Tests for motion.py."""

import numpy as np
import pytest

from mobile_vla_core.motion import (
    dead_reckon,
    driven_side,
    is_moving,
    LEFT,
    named_side,
    NO_SIDE,
    path_bulge,
    RIGHT,
    same_direction,
    sideways,
)


def test_a_quarter_circle_ends_where_geometry_says():
    steps, radius = 100, 2.0
    turn = np.tile([radius * np.pi / 2, 0.0, np.pi / 2, 0.0], (steps, 1))
    end = dead_reckon(turn, 1.0 / steps)[-1]
    np.testing.assert_allclose(end, [radius, radius, np.pi / 2], atol=1e-3)
    assert dead_reckon(turn, 1.0 / steps).shape == (steps + 1, 3)


def test_strafing_and_steering_both_lead_sideways():
    strafe = np.tile([0.0, 0.5, 0.0, 0.0], (4, 1))
    steer = np.tile([0.5, 0.0, -0.5, 0.0], (4, 1))
    left, right = sideways(np.stack([strafe, steer]), 0.1)
    assert left == pytest.approx(0.2)
    assert right < -0.01


def test_a_detour_bulges_to_the_side_on_which_it_passes():
    out, back = [0.5, 0.4, 0.0, 0.0], [0.5, -0.4, 0.0, 0.0]
    detour = np.array([out] * 10 + [back] * 10)
    assert path_bulge(detour, 0.1) == pytest.approx(0.4)
    assert path_bulge(detour * [1, -1, -1, 1], 0.1) == pytest.approx(-0.4)
    assert path_bulge(np.zeros((5, 4)), 0.1) == 0.0


@pytest.mark.parametrize(
    ('text', 'side'),
    [
        ('Keep to the left of the box', LEFT),
        ('pass RIGHT, then stop', RIGHT),
        ('상자 왼쪽으로 지나가서', LEFT),
        ('상자를 우측으로', RIGHT),
        ('go to the cup', NO_SIDE),
        ('turn left, then right', NO_SIDE),
        ('turn clockwise', NO_SIDE),
        ('leave it', NO_SIDE),
    ],
)
def test_the_side_is_read_from_the_words(text, side):
    assert named_side(text) == side


def test_a_heading_counts_within_half_a_sector_and_a_stop_does_not():
    recorded = np.array([[0.5, 0.0, 0.0, 0]] * 4 + [[0, 0, 0.5, 1]] * 3, np.float32)
    angle = np.deg2rad([22.0, 23.0, 180.0])
    turned = np.stack([np.cos(angle), np.sin(angle), 0 * angle, 0 * angle], axis=1)
    predicted = np.concatenate(
        [turned, [[0, 0, 0, 2], [0, 0, 0.2, 1], [0, 0, -0.5, 1], [0.5, 0, 0.5, 0]]]
    ).astype(np.float32)
    assert same_direction(predicted, recorded).tolist() == [
        True, False, False, False, True, False, False,
    ]  # fmt: skip


def test_small_commands_are_idle():
    commands = np.array([[0.04, 0, 0, 0], [0.04, 0.04, 0, 0], [0, 0, -0.06, 1]], np.float32)
    assert is_moving(commands).tolist() == [False, True, True]


def test_a_plain_turn_takes_no_side_although_it_bulges():
    turn = np.tile([0.5, 0.0, 0.25, 0.0], (25, 1))
    assert path_bulge(turn, 0.1) < -0.09
    assert driven_side(turn, 0.1) == NO_SIDE


def test_a_detour_takes_the_side_to_which_it_bulges():
    detour = np.array([[0.5, 0.4, 0.0, 0.0]] * 10 + [[0.5, -0.3, 0.0, 0.0]] * 10)
    assert driven_side(detour, 0.1) == LEFT
    assert driven_side(detour * [1, -1, 1, 1], 0.1) == RIGHT
