# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""Tests for teleop/input.py."""

from mobile_vla_recorder.teleop.input import STALE_AFTER, TeleopInput


def test_keys_of_a_process_that_runs_are_obeyed():
    driver = TeleopInput()
    assert driver.standstill(10.0) == 0.0
    assert driver.standstill(10.0 + 0.9 * STALE_AFTER) == 0.0
    assert driver.keys(b'wW', 0.0) == ['w', 'w']


def test_what_was_typed_while_the_process_stood_still_is_dropped():
    driver = TeleopInput()
    driver.standstill(10.0)
    gap = driver.standstill(13.0)
    assert gap == 3.0
    assert driver.keys(b'wwwwm\x1b', gap) == []
    assert driver.standstill(13.05) == 0.0
    assert driver.keys(b'[', 0.0) == ['['], 'the half of an arrow went as well'
