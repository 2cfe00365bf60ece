# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""Tests for recording/hold_up.py."""

from mobile_vla_recorder.recording.hold_up import HELD_UP, HoldUp


def test_only_a_look_that_comes_late_was_held_up():
    hold_up = HoldUp()
    looks = [100.0, 100.1, 100.1 + HELD_UP, 101.2, 101.3]
    assert [hold_up.look(now) for now in looks] == [False, False, False, True, False]
