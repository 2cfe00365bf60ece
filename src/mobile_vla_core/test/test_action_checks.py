# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""Tests for action_checks.py."""

from check_fixture import detour, findings, FRAMES, record, scene
import h5py
import numpy as np
import pytest


def changed(path, change):
    with h5py.File(path, 'r+') as file:
        change(file)
    return findings(path)


def test_only_zeros_are_an_error_and_no_idle_run_besides(tmp_path):
    found = findings(record(tmp_path, command=lambda t: (0.0, 0.0, 0.0)))
    assert 'action.zero' in found
    assert not {'action.idle', 'action.constant'} & found.keys()


def test_a_command_that_never_changes_is_constant(tmp_path):
    found = findings(record(tmp_path, command=lambda t: (0.5, 0.0, 0.0)))
    assert '(+0.50, +0.00, +0.00) in all 40 frames' in found['action.constant'].text


def test_a_long_stand_is_named_with_its_frames(tmp_path):
    found = findings(
        record(tmp_path, command=lambda t: (0.0, 0.0, 0.0) if 2 <= t < 37 else detour(t))
    )
    assert 'action.idle' in found
    path = record(
        tmp_path, 'wait', frames=80, command=lambda t: (0,) * 3 if 5 <= t < 38 else (0.5, 0, 0.1)
    )
    assert findings(path)['action.idle'].frames == (5, 37)


def test_a_short_stop_is_part_of_a_drive(tmp_path):
    stopping = record(tmp_path, command=lambda t: (0,) * 3 if 10 <= t < 20 else detour(t))
    assert 'action.idle' not in findings(stopping)


@pytest.mark.parametrize('value', [np.nan, np.inf])
def test_actions_that_are_no_numbers_are_an_error(tmp_path, value):
    def destroy(file):
        file['action'][4, 0] = value

    assert changed(record(tmp_path), destroy)['action.not_finite'].frames == (4, 4)
    given = record(tmp_path, 'given', command=lambda t: (value, 0, 0) if t == 4 else detour(t))
    assert 'action.not_finite' in findings(given)


def test_a_limit_that_cuts_off_is_saturation_and_two_speeds_of_a_key_are_not(tmp_path):
    def cut(t):
        return float(np.clip(0.7 * np.sin(t / 7.0), -0.5, 0.5)), 0.0, 0.02 * t

    found = findings(record(tmp_path, command=cut))['action.saturated']
    assert 'linear_x is exactly 0.5 m/s' in found.text
    keys = record(tmp_path, 'keys', command=lambda t: (0.5, 0.0, 0.5 * (t % 3 - 1)))
    assert 'action.saturated' not in findings(keys)


def test_millimetres_and_degrees_are_other_units(tmp_path):
    found = findings(record(tmp_path, command=lambda t: tuple(1e3 * v for v in detour(t))))
    assert 'linear_x reaches' in found['action.units'].text
    turning = record(tmp_path, 'turn', command=lambda t: (0.3, 0.0, 40.0 * np.sin(t)))
    assert 'is it in degrees/s' in findings(turning)['action.units'].text


def test_speeds_that_the_odometry_contradicts_are_other_units(tmp_path):
    assert 'action.units' not in findings(record(tmp_path, odometry=0.8))
    found = findings(record(tmp_path, 'other', odometry=0.1))
    assert 'times the linear speed of the odometry' in found['action.units'].text


def test_an_action_type_that_is_none_of_the_four_is_an_error(tmp_path):
    def destroy(file):
        file['action'][3:5, 3] = 9

    assert changed(record(tmp_path), destroy)['action.type'].frames == (3, 4)


def test_a_stop_with_a_velocity_contradicts_itself(tmp_path):
    found = findings(record(tmp_path, action_type=2))
    assert 'are of type stop and have a velocity' in found['action.type_mismatch'].text


def test_actions_that_are_not_the_recorded_commands_are_misaligned(tmp_path):
    def shift(file):
        file['action'][:] = np.roll(file['action'][:], 3, axis=0)

    path = record(tmp_path)
    assert 'are not the command in force' in changed(path, shift)['action.misaligned'].text


def test_stops_on_copies_of_one_picture_are_artificial(tmp_path):
    still = record(tmp_path, picture=lambda t: scene(min(t, FRAMES - 3)))
    assert findings(still)['action.artificial_end'].frames == (FRAMES - 3, FRAMES - 1)


def test_stops_that_a_camera_saw_are_part_of_the_drive(tmp_path):
    assert 'action.artificial_end' not in findings(record(tmp_path))
