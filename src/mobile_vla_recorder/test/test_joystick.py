# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""Tests for teleop/joystick.py."""

from dataclasses import replace

import pytest

from mobile_vla_recorder.teleop.joystick import Joystick, JoystickConfig
from mobile_vla_recorder.teleop.joystick_layouts import JoystickLayout, UNUSED
from mobile_vla_recorder.teleop.key_map import DISCARD, SAVE, SAVE_FAILURE, START, UNDO

LAYOUT = JoystickLayout()
AXES = [0.25, 0.5, 0.0, -1.0]
"""y, x, a trigger, turn."""


def buttons(*held: int) -> list[int]:
    return [int(number in held) for number in range(8)]


def test_it_drives_only_while_the_dead_man_button_is_held():
    joystick = Joystick()
    joystick.update(AXES, buttons(), 10.0)
    assert joystick.direction(10.0) is None
    joystick.update(AXES, buttons(LAYOUT.button_dead_man), 10.1)
    assert joystick.direction(10.1) == (0.5, 0.25, -1.0)


def test_silence_stops_it():
    joystick = Joystick()
    assert joystick.direction(0.0) is None
    joystick.update(AXES, buttons(LAYOUT.button_dead_man), 10.0)
    assert joystick.direction(10.29) is not None
    assert joystick.direction(10.31) is None


def test_turbo_is_faster():
    joystick = Joystick()
    joystick.update(AXES, buttons(LAYOUT.button_dead_man, LAYOUT.button_turbo), 10.0)
    assert joystick.direction(10.0) == (1.0, 0.5, -2.0)


@pytest.mark.parametrize(
    ('value', 'taken'), [(0.04, 0.0), (-0.06, -0.06), (7.0, 1.0), (float('nan'), 0.0)]
)
def test_deflections_outside_the_dead_zone_and_inside_the_range_count(value, taken):
    joystick = Joystick()
    joystick.update([0.0, value, 0.0, 0.0], buttons(LAYOUT.button_dead_man), 10.0)
    assert joystick.direction(10.0) == (taken, 0.0, 0.0)


def test_a_button_counts_once_when_it_goes_down():
    joystick = Joystick()
    assert joystick.update(AXES, buttons(LAYOUT.button_save), 10.0) == []
    assert joystick.update(AXES, buttons(LAYOUT.button_start), 10.1) == [START]
    assert joystick.update(AXES, buttons(LAYOUT.button_start), 10.2) == []
    assert joystick.update(AXES, buttons(), 10.3) == []
    for button, key in (
        (LAYOUT.button_save, SAVE),
        (LAYOUT.button_failure, SAVE_FAILURE),
        (LAYOUT.button_discard, DISCARD),
        (LAYOUT.button_undo, UNDO),
    ):
        assert joystick.update(AXES, buttons(button), 10.4) == [key]
        assert joystick.update(AXES, buttons(), 10.5) == []


@pytest.mark.parametrize(
    ('change', 'sentence'),
    [
        ({'axis_turn': 4}, 'no axis 4, it has 4: set joystick_layout or joystick_axis_'),
        ({'button_dead_man': 8}, 'no button 8, it has 8: set joystick_layout or joystick_button_'),
        ({'button_dead_man': UNUSED}, 'needs a dead-man button'),
    ],
)
def test_a_joystick_that_lacks_something_does_not_drive_and_says_what(change, sentence):
    joystick = Joystick(JoystickConfig(replace(LAYOUT, **change)))
    joystick.update(AXES, [1] * 8, 10.0)
    assert joystick.direction(10.0) is None
    assert sentence in joystick.problem


def test_an_axis_that_is_not_there_can_be_left_out():
    joystick = Joystick(JoystickConfig(replace(LAYOUT, axis_y=UNUSED)))
    joystick.update(AXES, buttons(LAYOUT.button_dead_man), 10.0)
    assert joystick.direction(10.0) == (0.5, 0.0, -1.0)


def test_the_special_button_marks_only_while_the_joystick_drives():
    joystick = Joystick()
    joystick.update(AXES, buttons(LAYOUT.button_special), 10.0)
    assert not joystick.special(10.0)
    joystick.update(AXES, buttons(LAYOUT.button_special, LAYOUT.button_dead_man), 10.1)
    assert joystick.special(10.1)
    assert not joystick.special(11.0), 'it is silent'


def test_a_joystick_that_lost_its_inputs_stops():
    joystick = Joystick()
    joystick.update(AXES, buttons(LAYOUT.button_dead_man), 10.0)
    joystick.update([], [], 10.1)
    assert joystick.direction(10.1) is None
    assert 'it has 0' in joystick.problem
