# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""Tests for teleop/activity.py."""

import pytest

from mobile_vla_core.action_space import ActionType
from mobile_vla_recorder.teleop.activity import Activity, activity, KEYBOARD


@pytest.mark.parametrize(
    ('velocity', 'kind', 'text'),
    [
        ((0.4, 0.0, 0.0), ActionType.MOVEMENT, 'W: ahead'),
        ((-0.2, -0.2, 0.8), ActionType.MOVEMENT, 'W: back and right and turning left'),
        ((0.0, 0.0, -0.8), ActionType.ROTATION, 'W: turning right'),
        ((0.0, 0.0, 0.0), ActionType.STOP, 'W'),
    ],
)
def test_the_kind_and_the_words_are_those_of_the_motion(velocity, kind, text):
    assert activity(velocity, False, KEYBOARD, 'W') == Activity(kind, KEYBOARD, text)


@pytest.mark.parametrize('velocity', [(0.4, 0.0, 0.0), (0.0, 0.0, 0.0)])
def test_a_mark_makes_every_motion_special(velocity):
    found = activity(velocity, True, KEYBOARD, 'W')
    assert found.action_type is ActionType.SPECIAL
    assert found.text.endswith(', special')


def test_a_stick_that_moves_a_little_does_nothing_new():
    gentle, strong = (activity((x, 0.1, 0.0), False, 'joystick', 'stick') for x in (0.1, 0.9))
    assert gentle == strong
