# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""Tests for pacer.py."""

import pytest

from mobile_vla_sim.pacer import Due, Pacer


@pytest.fixture
def pacer():
    return Pacer(physics_period=0.02, camera_period=0.1, longest_stall=1.0)


def test_the_first_call_takes_a_picture(pacer):
    assert pacer.due(5.0) == Due(advance=0.0, capture=True)


def test_pictures_come_at_the_camera_period_whatever_the_calls(pacer):
    captures = [now for now in range(1000) if pacer.due(now * 0.013).capture]
    assert len(captures) == 130
    late = [now * 0.013 - i * 0.1 for i, now in enumerate(captures)]
    assert min(late) > -1e-6
    assert max(late) < 0.013


def test_simulated_time_never_drifts(pacer):
    total = sum(pacer.due(100.0 + 0.0173 * i).advance for i in range(5000))
    assert total == pytest.approx(4999 * 0.0173, abs=0.02)


def test_a_late_call_catches_up_with_time_but_takes_one_picture(pacer):
    pacer.due(0.0)
    due = pacer.due(0.45)
    assert due.advance == pytest.approx(0.44)
    assert due.capture
    assert not pacer.due(0.46).capture
    assert pacer.due(0.5).capture


@pytest.mark.parametrize('jump', [30.0, -30.0])
def test_a_long_stall_or_a_clock_set_back_begins_anew(pacer, jump):
    pacer.due(100.0)
    assert pacer.due(100.0 + jump) == Due(advance=0.0, capture=True)
    assert pacer.due(100.02 + jump).advance == pytest.approx(0.02)
