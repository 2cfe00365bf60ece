# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""Tests for key_hold.py."""

from mobile_vla_recorder.key_hold import KeyHold


def test_nothing_is_held_before_the_first_key():
    assert KeyHold().held(0.0) == ''


def test_a_single_press_holds_for_the_time_to_the_first_repeat():
    hold = KeyHold(0.5, 0.15)
    hold.press('w', 10.0)
    assert hold.held(10.49) == 'w'
    assert hold.held(10.5) == ''


def test_after_a_repeat_the_release_is_seen_quickly():
    hold = KeyHold(0.5, 0.15)
    hold.press('w', 10.0)
    hold.press('w', 10.4)
    assert hold.held(10.54) == 'w'
    assert hold.held(10.56) == ''


def test_repeats_keep_it_alive_and_a_pause_starts_anew():
    hold = KeyHold(0.5, 0.15)
    for step in range(100):
        hold.press('w', 10.0 + 0.1 * step)
    assert hold.held(20.0) == 'w'
    hold.press('w', 21.0)
    assert hold.held(21.4) == 'w'


def test_another_key_releases_the_one_before_and_waits_for_its_own_repeat():
    hold = KeyHold(0.5, 0.15)
    hold.press('w', 10.0)
    hold.press('w', 10.4)
    hold.press('a', 10.5)
    assert hold.held(10.9) == 'a'
    hold.release()
    assert hold.held(10.9) == ''
