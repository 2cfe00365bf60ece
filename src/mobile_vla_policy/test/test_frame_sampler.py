# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""Tests for frame_sampler.py."""

import numpy as np
import pytest

from mobile_vla_policy.frame_sampler import FrameSampler

WALL_TIME = 1_763_829_000.0


def taken(stamps, step_period=0.1):
    sampler = FrameSampler(step_period)
    return np.array([stamp for stamp in stamps if sampler.take(stamp)])


def camera(rate, seconds=60.0, jitter=0.0, seed=0):
    stamps = WALL_TIME + np.arange(0.0, seconds, 1.0 / rate)
    return np.sort(stamps + np.random.default_rng(seed).uniform(-jitter, jitter, len(stamps)))


@pytest.mark.parametrize('jitter', [0.0, 0.005, 0.02])
@pytest.mark.parametrize('rate', [9.8, 10.0, 10.2])
def test_a_camera_at_the_step_period_gives_every_frame(rate, jitter):
    stamps = camera(rate, jitter=jitter)
    np.testing.assert_array_equal(taken(stamps), stamps)


@pytest.mark.parametrize('rate', [20.0, 30.0, 60.0])
@pytest.mark.parametrize('jitter', [0.0, 0.004])
def test_a_faster_camera_gives_ten_frames_a_second(rate, jitter):
    chosen = taken(camera(rate, jitter=jitter))
    assert len(chosen) == pytest.approx(600, abs=2)
    assert np.abs(np.diff(chosen) - 0.1).max() < 1.0 / rate * 0.9


def test_a_thirty_hertz_camera_gives_exactly_every_third_frame():
    stamps = camera(30.0)
    np.testing.assert_array_equal(taken(stamps), stamps[::3])


@pytest.mark.parametrize('rate', [13.0, 15.0, 25.0])
def test_a_camera_that_does_not_divide_keeps_the_mean_step(rate):
    steps = np.diff(taken(camera(rate)))
    assert steps.mean() == pytest.approx(0.1, rel=0.05)


def test_a_camera_that_is_too_slow_gives_every_frame():
    stamps = camera(4.0)
    np.testing.assert_array_equal(taken(stamps), stamps)


def test_frames_missed_in_a_pause_are_not_caught_up():
    before, after = camera(30.0, seconds=2.0), camera(30.0, seconds=2.0) + 5.0
    chosen = taken(np.concatenate([before, after]))
    np.testing.assert_array_equal(chosen[chosen > WALL_TIME + 4.0], after[::3])


def test_repeated_and_earlier_stamps_are_left_out():
    sampler = FrameSampler(0.1)
    assert sampler.take(5.0)
    assert not sampler.take(5.0)
    assert not sampler.take(4.9)
    assert sampler.take(5.1)


def test_after_a_reset_the_next_frame_is_taken():
    sampler = FrameSampler(0.1)
    assert sampler.take(5.0)
    assert not sampler.take(5.03)
    sampler.reset()
    assert sampler.take(5.06)
    assert not sampler.take(5.1)
