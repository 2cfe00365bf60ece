# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""Tests for backoff.py."""

from mobile_vla_policy.backoff import Backoff, HEALTHY


def test_waits_double_from_a_fifth_of_a_second_to_five():
    backoff = Backoff()
    assert [backoff.after(1.0) for _ in range(7)] == [0.2, 0.4, 0.8, 1.6, 3.2, 5.0, 5.0]


def test_what_lived_for_long_starts_the_waits_over():
    backoff = Backoff()
    waits = [backoff.after(1.0) for _ in range(5)]
    assert waits[-1] == 3.2
    assert [backoff.after(HEALTHY + 1.0), backoff.after(1.0)] == [0.2, 0.4]
