# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""Tests for time_checks.py; that sound stamps have no finding is in test_structure_checks.py."""

from check_fixture import findings, FRAMES, PERIOD, record
import h5py
import numpy as np
import pytest


def stamps(change):
    """Return a function of the frame: its even stamp after a change of all of them."""
    values = 50.0 + PERIOD * np.arange(FRAMES)
    change(values)
    return lambda t: float(values[t])


def test_missing_pictures_are_a_gap_between_two_frames(tmp_path):
    def lose(values):
        values[12:] += 4 * PERIOD

    found = findings(record(tmp_path, stamp=stamps(lose)))['time.gap']
    assert found.frames == (11, 12)
    assert 'nothing for 0.50 s, usual are 0.100 s' in found.text


def test_a_late_picture_is_no_gap(tmp_path):
    def delay(values):
        values[12] += 0.07

    assert not findings(record(tmp_path, stamp=stamps(delay)))


def test_stamps_that_go_back_are_named_with_their_place(tmp_path):
    def turn_back(values):
        values[20:] -= 1.0

    found = findings(record(tmp_path, stamp=stamps(turn_back)))['time.backwards']
    assert found.frames == (19, 20)
    assert 'go back by 0.900 s' in found.text


def test_equal_stamps_are_duplicates(tmp_path):
    def repeat(values):
        values[5:8] = values[5]

    assert findings(record(tmp_path, stamp=stamps(repeat)))['time.duplicate'].frames == (5, 7)


@pytest.mark.parametrize('value', [np.nan, np.inf, -np.inf])
def test_a_stamp_that_is_no_number_is_named(tmp_path, value):
    def destroy(values):
        values[9] = value

    found = findings(record(tmp_path, stamp=stamps(destroy)))
    assert found['time.not_finite'].frames == (9, 9)


def test_uneven_times_are_jitter(tmp_path):
    def shake(values):
        values += np.random.default_rng(0).uniform(-0.045, 0.045, FRAMES)

    assert 'varies by' in findings(record(tmp_path, stamp=stamps(shake)))['time.jitter'].text


def test_a_slow_camera_is_slower_than_expected(tmp_path):
    found = findings(record(tmp_path, stamp=lambda t: 50.0 + 0.25 * t))
    assert '4.0 Hz instead of 10 Hz' in found['time.rate'].text
    assert 'time.gap' not in found


def test_pictures_that_come_late_beside_their_commands_are_skewed(tmp_path):
    found = findings(record(tmp_path, delay=0.4))
    assert 'pictures come 0.40 s after their stamp, commands 0.00 s' in found['time.skew'].text


def test_a_clock_that_jumps_ahead_is_no_gap(tmp_path):
    path = record(tmp_path)
    with h5py.File(path, 'r+') as file:
        file['observations/images/front/header_stamp'][20:] += 30.0
    assert findings(path).keys() >= {'time.clock_jump'}
    assert 'time.gap' not in findings(path)
