# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""Tests for cadence.py."""

import pytest

from mobile_vla_policy.cadence import Cadence


def cadence(*inferences):
    found = Cadence(0.1)
    for seconds in inferences:
        found.predicted(seconds)
    return found


def test_nothing_is_said_while_nothing_is_known():
    assert cadence().warnings(None) == []


@pytest.mark.parametrize('rate', [8.5, 10.0, 30.0])
def test_a_camera_near_the_step_rate_or_faster_will_do(rate):
    assert cadence().warnings(1.0 / rate) == []


def test_a_camera_at_half_the_rate_is_named_with_both_rates():
    (warning,) = cadence().warnings(0.2)
    assert warning.startswith('the camera is too slow: 5.0 images/s, the policy was trained at 10')


def test_a_model_that_takes_longer_than_a_step_is_named():
    (warning,) = cadence(*[0.3] * 8).warnings(0.1)
    assert warning.startswith('the model is too slow: 300 ms per prediction, a step takes 100 ms')


def test_a_single_slow_prediction_is_no_reason_and_a_reset_forgets_them():
    assert cadence(*[0.02] * 7, 3.0).warnings(0.1) == []
    slow = cadence(*[0.3] * 8)
    slow.reset()
    assert slow.warnings(None) == []
