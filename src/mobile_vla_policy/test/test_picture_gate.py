# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""Tests for gates/picture_gate.py."""

import pytest

from mobile_vla_core.safety import StopReason
from mobile_vla_policy.gates.picture_gate import PictureGate

BRIGHT, RICH = 90.0, 40.0


def make_gate(**options):
    values = {'max_frozen_time': 0.5, 'frozen_at_rest': False}
    return PictureGate(
        '/camera', **{**values, 'min_brightness': 5.0, 'min_contrast': 3.0, **options}
    )


def show(gate, checksums, *, moving=True, period=0.1, start=0.0):
    """Show frames and tell when the gate closed [s], None when it never did."""
    for step, checksum in enumerate(checksums):
        now = start + step * period
        gate.commanded(now, moving)
        gate.saw(checksum, now, BRIGHT, RICH)
        stop = gate.verdict(now)
        if stop is not None:
            assert stop.reason is StopReason.FROZEN_IMAGE
            return now
    return None


def test_before_the_first_frame_it_has_nothing_to_say():
    assert make_gate().verdict(100.0) is None


def test_identical_frames_of_a_moving_robot_close_it_at_the_limit():
    assert show(make_gate(), [7] * 20) == pytest.approx(0.5)


def test_frames_that_differ_now_and_then_keep_it_open():
    assert show(make_gate(), [7, 7, 7, 7, 8, 8, 8, 8, 7, 7, 7, 7]) is None


def test_a_standing_robot_sees_the_same_for_ever():
    assert show(make_gate(), [7] * 50, moving=False) is None


def test_a_camera_with_noise_is_frozen_also_at_rest_or_rendered():
    gate = make_gate(frozen_at_rest=True)
    end = show(gate, [7] * 20, moving=False)
    assert end == pytest.approx(0.5)
    assert 'robot:=simulated' in gate.verdict(end).sentence


def test_a_camera_that_is_frozen_in_motion_is_not_taken_for_a_rendered_one():
    gate = make_gate(frozen_at_rest=True)
    assert 'simulated' not in gate.verdict(show(gate, [7] * 20)).sentence


def test_it_stays_closed_when_the_robot_stopped_and_opens_with_another_frame():
    gate = make_gate()
    end = show(gate, [7] * 20)
    assert show(gate, [7] * 5, moving=False, start=end + 0.1) == pytest.approx(end + 0.1)
    assert show(gate, [8], moving=False, start=end + 1.0) is None


def test_a_limit_of_zero_does_not_look_for_frozen_frames():
    assert show(make_gate(max_frozen_time=0.0), [7] * 50) is None


def test_a_repeated_stamp_is_not_a_frozen_camera():
    gate = make_gate()
    for step in range(50):
        gate.commanded(0.1 * step, moving=True)
        gate.saw(7, 1.0, BRIGHT, RICH)
    assert gate.verdict(5.0) is None


@pytest.mark.parametrize(
    ('brightness', 'contrast', 'word'), [(4.9, 40.0, 'black'), (90.0, 2.9, 'blank')]
)
def test_a_black_or_blank_frame_closes_it_until_a_picture_comes(brightness, contrast, word):
    gate = make_gate()
    gate.saw(1, 0.0, brightness, contrast)
    stop = gate.verdict(0.0)
    assert stop.reason is StopReason.BLACK_IMAGE
    assert word in stop.sentence
    gate.saw(2, 0.1, 5.0, 3.0)
    assert gate.verdict(0.1) is None
