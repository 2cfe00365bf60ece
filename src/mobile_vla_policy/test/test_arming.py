# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""Tests for gates/arming.py."""

import pytest

from mobile_vla_core.safety import StopReason
from mobile_vla_policy.gates.arming import Arming


@pytest.fixture
def arming():
    return Arming()


def reason(arming):
    stop = arming.verdict(0.0)
    return None if stop is None else stop.reason


def test_it_starts_disarmed(arming):
    assert reason(arming) is StopReason.NOT_ARMED


def test_arming_allows_to_move_and_disarming_forbids_it(arming):
    assert arming.arm() == ''
    assert reason(arming) is None
    arming.disarm()
    assert reason(arming) is StopReason.NOT_ARMED


def test_the_emergency_stop_latches_until_it_is_released_and_armed(arming):
    arming.arm()
    arming.press(True)
    assert reason(arming) is StopReason.EMERGENCY_STOP
    assert 'release it' in arming.arm()
    assert not arming.armed
    arming.press(False)
    assert reason(arming) is StopReason.EMERGENCY_STOPPED
    assert arming.emergency_stop
    assert arming.arm() == ''
    assert reason(arming) is None
    assert not arming.emergency_stop


def test_releasing_what_was_not_pressed_changes_nothing(arming):
    arming.press(False)
    assert reason(arming) is StopReason.NOT_ARMED
    arming.arm()
    arming.press(False)
    assert reason(arming) is None


def test_disarming_does_not_undo_an_emergency_stop(arming):
    arming.press(True)
    arming.press(False)
    arming.disarm()
    assert reason(arming) is StopReason.EMERGENCY_STOPPED
