# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""Tests for gates/image_gate.py."""

import pytest

from mobile_vla_core.safety import StopReason
from mobile_vla_policy.gates.image_gate import ImageGate


@pytest.fixture
def gate():
    gate = ImageGate('/camera', 0.5)
    gate.reset(100.0)
    return gate


def reason(gate, now):
    stop = gate.verdict(now)
    return None if stop is None else stop.reason


def test_an_image_is_waited_for_and_then_missed(gate):
    assert reason(gate, 100.4) is None
    gate.advice = 'nothing publishes it'
    assert gate.verdict(100.6).sentence == 'no image on /camera: nothing publishes it'


def test_an_image_serves_until_it_is_too_old(gate):
    assert gate.note(100.0, 100.05)
    assert reason(gate, 100.5) is None
    assert reason(gate, 100.51) is StopReason.STALE_IMAGE


def test_an_image_from_the_future_does_not_make_later_ones_late(gate):
    assert not gate.note(160.0, 100.0)
    assert reason(gate, 100.0) is StopReason.FUTURE_IMAGE
    assert gate.note(100.1, 100.1)
    assert reason(gate, 100.1) is None
    assert not gate.take_jump()


def test_one_image_that_comes_late_is_passed_over(gate):
    gate.note(100.2, 100.2)
    assert not gate.note(100.1, 100.25)
    assert gate.age(100.3) == pytest.approx(0.1)
    assert gate.note(100.3, 100.3)
    assert not gate.take_jump()


def test_stamps_that_go_back_a_little_are_followed_and_told_once(gate):
    gate.note(100.5, 100.5)
    taken = [gate.note(100.2 + 0.1 * step, 100.6 + 0.1 * step) for step in range(3)]
    assert taken == [False, False, True]
    assert gate.take_jump()
    assert not gate.take_jump()
    assert reason(gate, 100.8) is None


def test_stamps_that_go_back_far_are_named_until_they_are_of_now(gate):
    gate.note(100.5, 100.5)
    for step in range(4):
        assert not gate.note(40.5 + 0.1 * step, 100.6 + 0.1 * step)
    stop = gate.verdict(100.9)
    assert stop.reason is StopReason.STAMPS_WENT_BACK
    assert 'went back by 59.80 s' in stop.sentence
    assert gate.note(101.0, 101.0)
    assert reason(gate, 101.0) is None
    assert gate.take_jump()


def test_a_reset_forgets_the_jump(gate):
    gate.note(100.5, 100.5)
    for step in range(3):
        gate.note(40.5, 100.6 + 0.1 * step)
    gate.reset(101.0)
    assert gate.note(101.0, 101.0)
    assert not gate.take_jump()
