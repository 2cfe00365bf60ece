# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""Tests for teleop/key_hold.py."""

import pytest

from mobile_vla_recorder.teleop.key_hold import KeyHold, MARGIN


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


def held_throughout(hold: KeyHold, begin: float, delay: float, rate: float) -> bool:
    """Hold a key for two seconds as a keyboard does, and look at it every 10 ms."""
    presses = [begin, *(begin + delay + n / rate for n in range(int((2.0 - delay) * rate)))]
    steady = True
    for step in range(200):
        now = begin + 0.01 * step
        while presses and presses[0] <= now:
            hold.press('w', presses.pop(0))
        steady = steady and hold.held(now) == 'w'
    return steady


@pytest.mark.parametrize(
    ('delay', 'rate'),
    [(0.25, 10.9), (0.4, 25.0), (0.5, 30.0), (0.66, 25.0)],
    ids=['Linux console', 'fast', 'GNOME', 'X11'],
)
def test_a_held_key_of_the_usual_keyboards_never_stutters_first_and_later(delay, rate):
    hold = KeyHold()
    assert all(held_throughout(hold, 10.0 * turn, delay, rate) for turn in range(1, 4))


def test_a_hold_that_is_too_short_for_the_keyboard_stutters():
    assert not held_throughout(KeyHold(0.4, 0.2), 10.0, 0.5, 30.0)


def test_after_a_key_has_repeated_a_tap_ends_as_soon_as_that_keyboard_allows():
    hold = KeyHold(0.75, 0.2)
    held_throughout(hold, 10.0, 0.3, 30.0)
    assert hold.first_timeout == pytest.approx(MARGIN * 0.3)
    hold.press('a', 20.0)
    assert hold.held(20.0 + MARGIN * 0.3 + 0.01) == ''


def test_what_is_learnt_never_makes_a_tap_last_longer():
    hold = KeyHold(0.75, 0.2)
    held_throughout(hold, 10.0, 0.7, 30.0)
    assert hold.first_timeout == 0.75


def test_quick_taps_are_not_taken_for_the_repeat_of_a_keyboard():
    hold = KeyHold(0.75, 0.2)
    for now in (10.0, 10.3, 10.6, 10.7, 11.0, 11.1, 11.4, 11.5):
        hold.press('w', now)
    assert hold.first_timeout == 0.75
