# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""Tests for disturbance.py."""

import numpy as np

from mobile_vla_sim.disturbance import Disturbance

MOVING = np.array([0.7, 0.0, 0.0])


def _run(level, seed, velocity=MOVING, steps=2000):
    disturbance = Disturbance(level, seed)
    return np.array([disturbance.step(0.02, velocity) for _ in range(steps)])


def test_level_0_does_nothing():
    assert not _run(0.0, 1).any()


def test_a_standing_base_is_not_moved():
    assert not _run(1.0, 1, velocity=np.zeros(3)).any()


def test_the_seed_repeats_it():
    np.testing.assert_array_equal(_run(1.0, 5), _run(1.0, 5))
    assert not np.array_equal(_run(1.0, 5), _run(1.0, 6))


def test_the_level_scales_it():
    np.testing.assert_allclose(_run(2.0, 5), 2.0 * _run(1.0, 5))


def test_it_is_zero_on_average_and_correlated_in_time():
    runs = np.concatenate([_run(1.0, seed) for seed in range(20)])
    assert (np.abs(runs.mean(axis=0)) < 0.02).all()
    assert (runs.std(axis=0) > 0.05).all()
    later = np.corrcoef(runs[:-5, 1], runs[5:, 1])[0, 1]
    assert later > 0.5
