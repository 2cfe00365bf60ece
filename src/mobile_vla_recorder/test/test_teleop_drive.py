# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""Tests for teleop/drive.py."""

import pytest

from mobile_vla_core.action_space import ActionType
from mobile_vla_recorder.teleop.activity import Activity, JOYSTICK, KEYBOARD
from mobile_vla_recorder.teleop.drive import FINAL_ZEROS, TeleopDrive
from mobile_vla_recorder.teleop.joystick import Joystick, JoystickConfig
from mobile_vla_recorder.teleop.key_hold import KeyHold
from mobile_vla_recorder.teleop.key_map import FASTER, SPECIAL, SpeedScale, START, STOP, ZERO

AHEAD = (0.4, 0.0, 0.0)


@pytest.fixture
def joystick() -> Joystick:
    return Joystick(JoystickConfig())


@pytest.fixture
def drive(joystick) -> TeleopDrive:
    return TeleopDrive(SpeedScale(0.4, 0.8), KeyHold(0.5, 0.15), joystick)


def test_nothing_is_sent_until_somebody_drives(drive):
    assert drive.command(0.0, recording=False) is None


def test_a_release_sends_zero_a_few_times_and_then_nothing(drive):
    assert drive.press('w', 1.0)
    assert drive.command(1.4, recording=False) == AHEAD
    sent = [drive.command(1.6 + 0.05 * tick, recording=False) for tick in range(FINAL_ZEROS + 1)]
    assert sent == [ZERO] * FINAL_ZEROS + [None]


def test_space_stops_at_once(drive):
    drive.press('w', 1.0)
    drive.press(STOP, 1.1)
    assert drive.command(1.1, recording=False) == ZERO


def test_space_sends_zero_even_when_nothing_was_driven(drive):
    drive.press(STOP, 1.0)
    assert drive.command(1.0, recording=False) == ZERO


def test_standing_still_in_an_episode_is_sent_as_zero(drive):
    assert [drive.command(tick, recording=True) for tick in range(20)] == [ZERO] * 20


def test_speed_applies_to_the_key_that_is_held(drive):
    drive.press('w', 1.0)
    drive.press(FASTER, 1.1)
    assert drive.command(1.2, recording=False) == pytest.approx((0.44, 0.0, 0.0))


def test_keys_that_do_not_drive_are_left_to_others(drive):
    assert not any(drive.press(key, 1.0) for key in 'nmMx?1uopl')


def test_the_keyboard_goes_before_the_joystick(drive, joystick):
    joystick.update([0.0, -1.0, 0.0, 0.0], [0, 0, 0, 0, 1, 0, 0, 0], 1.0)
    assert drive.command(1.0, recording=False) == (-0.4, 0.0, 0.0)
    drive.press('w', 1.0)
    assert drive.command(1.0, recording=False) == AHEAD
    assert drive.command(1.6, recording=False) == ZERO


def test_the_activity_follows_the_keys(drive):
    released = Activity(ActionType.STOP, KEYBOARD, 'released')
    assert drive.activity(1.0) == released
    drive.press('w', 1.0)
    assert drive.activity(1.0) == Activity(ActionType.MOVEMENT, KEYBOARD, 'W: ahead')
    drive.press('r', 1.1)
    assert drive.activity(1.1) == Activity(ActionType.ROTATION, KEYBOARD, 'R: turning left')
    drive.press(STOP, 1.2)
    assert drive.activity(1.2) == released


def test_the_mark_stays_until_it_is_taken_back_or_an_episode_is_started(drive):
    drive.press(SPECIAL, 1.0)
    assert drive.activity(1.0).action_type is ActionType.SPECIAL
    drive.press('w', 1.1)
    assert drive.activity(1.1) == Activity(ActionType.SPECIAL, KEYBOARD, 'W: ahead, special')
    drive.press(SPECIAL, 1.2)
    assert drive.activity(1.2).action_type is ActionType.MOVEMENT
    drive.press(SPECIAL, 1.3)
    assert not drive.press(START, 1.4), 'the key is still for the recorder'
    assert drive.activity(1.4).action_type is ActionType.MOVEMENT


def test_space_takes_the_mark_back_as_well(drive):
    drive.press(SPECIAL, 1.0)
    drive.press('w', 1.1)
    drive.press(STOP, 1.2)
    assert drive.activity(1.2) == Activity(ActionType.STOP, KEYBOARD, 'released')
    drive.press('w', 1.3)
    assert drive.activity(1.3).action_type is ActionType.MOVEMENT


def test_the_joystick_is_told_from_the_keyboard_and_marks_with_its_button(drive, joystick):
    joystick.update([0.0, -0.5, 0.0, 0.0], [0, 0, 0, 0, 1, 0, 0, 0], 1.0)
    assert drive.activity(1.0) == Activity(ActionType.MOVEMENT, JOYSTICK, 'stick: back')
    joystick.update([0.0, -0.5, 0.0, 0.0], [0, 0, 0, 1, 1, 0, 0, 0], 1.1)
    assert drive.activity(1.1).action_type is ActionType.SPECIAL
    joystick.update([0.0, -0.5, 0.0, 0.0], [0] * 8, 1.2)
    assert drive.activity(1.2) == Activity(ActionType.STOP, JOYSTICK, 'released')


def test_a_key_that_is_taken_as_released_ends_in_zeros_only_if_it_drove(drive):
    drive.release()
    assert drive.command(0.9, recording=False) is None
    drive.press('w', 1.0)
    drive.command(1.0, recording=False)
    drive.release()
    assert drive.command(1.05, recording=False) == ZERO
