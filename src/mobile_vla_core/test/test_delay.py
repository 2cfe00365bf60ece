# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""Tests for recording/delay.py."""

import pytest

from mobile_vla_core.delay import Delay


def test_the_last_delays_are_told_from_those_of_the_whole_episode():
    delay = Delay()
    assert (delay.recent, delay.usual) == (None, None)
    for given in [0.01] * 100 + [0.9] + [0.5] * 40:
        delay.add(given)
    assert (delay.recent, delay.usual, delay.worst) == (0.5, 0.01, 0.9)


def test_a_long_episode_takes_bounded_memory_and_is_still_counted_from_its_beginning():
    delay = Delay()
    for k in range(100_000):
        delay.add(k * 1e-5)
    assert len(delay._kept) <= 2048
    assert delay.usual == pytest.approx(0.5, abs=0.01)
    assert delay.worst == pytest.approx(1.0, abs=0.001)
