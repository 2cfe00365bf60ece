# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""Tests for recording/gaps.py."""

import numpy as np
import pytest

from mobile_vla_core.gaps import Gaps

RANDOM = np.random.default_rng(0)


def gaps(stamps, expected_rate: float = 30.0) -> Gaps:
    found = Gaps(1.0 / expected_rate if expected_rate else 0.0)
    for stamp in stamps:
        found.add(stamp, stamp)
    return found


@pytest.mark.parametrize('count', [20, 31, 300])
def test_a_regular_slower_camera_loses_nothing(count):
    jitter = RANDOM.normal(0.0, 0.003, count)
    found = gaps(100.0 + np.arange(count) / 15.0 + jitter)
    assert found.lost == 0
    assert found.rate == pytest.approx(15.0, rel=0.02)


@pytest.mark.parametrize('share', [0.1, 0.4, 0.6])
def test_gaps_that_are_multiples_of_a_shorter_one_are_losses(share):
    kept = RANDOM.random(900) >= share
    kept[[0, -1]] = True
    found = gaps(100.0 + np.flatnonzero(kept) / 30.0)
    assert found.lost == 900 - kept.sum()


def test_losses_in_a_camera_whose_rate_is_unknown_are_counted_by_its_usual_period():
    stamps = [100.0 + 0.1 * k for k in range(200) if k < 10 or k % 4]
    assert gaps(stamps, expected_rate=0.0).lost == 200 - len(stamps)


def test_a_jump_of_the_clock_is_no_loss():
    found = Gaps(1.0 / 30.0)
    for k in range(90):
        found.add(100.0 + k / 30.0 + (3600.0 if k >= 45 else 0.0), 100.0 + k / 30.0)
    assert (found.lost, found.jumps) == (0, 1)
    assert found.rate == pytest.approx(30.0)


def test_a_camera_that_was_silent_for_seconds_is_no_jump():
    found = gaps([100.0, 100.1, 100.2, 103.2, 103.3], expected_rate=10.0)
    assert (found.lost, found.jumps) == (29, 0)


def test_a_stall_of_the_network_is_no_jump():
    found = Gaps(0.1)
    for k in range(60):
        stamp = 100.0 + 0.1 * k
        waits = 20 <= k < 23  # three come at the end of the stall, the others are lost
        if k < 23 or k >= 50:
            found.add(stamp, 105.0 if waits else stamp + 0.01)
    assert (found.lost, found.jumps) == (27, 0)


def test_pictures_that_come_late_at_the_end_of_what_is_judged_together_are_not_lost():
    stamps = [100.0 + 0.1 * k for k in range(31)] + [103.25, 103.27, 103.3]
    assert gaps(stamps, expected_rate=10.0).lost == 0
