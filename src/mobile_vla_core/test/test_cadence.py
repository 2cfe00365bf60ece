# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""Tests for cadence.py."""

import numpy as np
import pytest

from mobile_vla_core.episodes.cadence import common_step_period, contiguous_parts, LONGEST_STEP
from mobile_vla_core.errors import ConfigError


def select_frames(stamps, step_period, episode='a.h5'):
    (whole,) = contiguous_parts(stamps, step_period, episode)
    return whole


def test_the_step_period_is_the_median_of_the_episodes():
    periods = {'a': 0.1, 'b': 0.1003, 'c': 0.5, 'd': float('nan')}
    assert common_step_period(periods) == 0.1


def test_without_two_frames_there_is_no_step_period():
    with pytest.raises(ConfigError, match=r'set data.step_period'):
        common_step_period({'a': float('nan')})


@pytest.mark.parametrize('period', [0.08, 0.1, 0.12])
def test_an_episode_of_nearly_that_cadence_is_taken_whole(period):
    stamps = 3.0 + np.arange(20) * period
    assert select_frames(stamps, 0.1, 'a.h5').tolist() == list(range(20))


def test_a_faster_episode_gives_the_frames_nearest_to_each_step():
    stamps = 7.0 + np.arange(31) / 30.0
    chosen = select_frames(stamps, 0.1, 'a.h5')
    assert chosen.tolist() == list(range(0, 31, 3))


def test_jitter_never_move_a_frame_further_than_half_a_frame_period():
    generator = np.random.default_rng(0)
    stamps = np.cumsum(generator.uniform(0.02, 0.04, 200))
    chosen = select_frames(stamps, 0.1, 'a.h5')
    steps = stamps[0] + 0.1 * np.arange(len(chosen))
    assert np.abs(stamps[chosen] - steps).max() <= 0.02 + 1e-9
    assert (np.diff(chosen) > 0).all()


def test_a_slower_episode_is_refused_by_name():
    with pytest.raises(ConfigError, match=r'slow.h5 has a frame every 0.200 s, expected.*0.100 s'):
        select_frames(np.arange(5) * 0.2, 0.1, 'slow.h5')


def test_a_single_frame_is_kept():
    assert select_frames(np.array([4.0]), 0.1, 'a.h5').tolist() == [0]


def test_lost_frames_divide_an_episode_at_its_own_cadence():
    stamps = 4.0 + 0.1 * np.array([0, 1, 2, 5, 6, 7, 8, 30, 31])
    parts = contiguous_parts(stamps, 0.1, 'a.h5')
    assert [part.tolist() for part in parts] == [[0, 1, 2], [3, 4, 5, 6], [7, 8]]


def test_jitter_divides_nothing():
    stamps = 0.1 * np.arange(50) + np.random.default_rng(0).uniform(-0.02, 0.02, 50)
    assert len(contiguous_parts(stamps, 0.1, 'a.h5')) == 1


def test_a_lost_frame_of_a_faster_camera_divides_nothing_while_a_near_one_is_left():
    stamps = np.delete(np.arange(61) / 30.0, [9, 31])
    chosen = select_frames(stamps, 0.1)
    np.testing.assert_allclose(stamps[chosen], 0.1 * np.arange(21), atol=0.034)


def test_a_gap_of_a_faster_camera_divides_and_steps_begin_anew_behind_it():
    stamps = np.concatenate([np.arange(10) / 30.0, 1.117 + np.arange(10) / 30.0])
    first, second = contiguous_parts(stamps, 0.1, 'a.h5')
    assert first.tolist() == [0, 3, 6, 9]
    assert second.tolist() == [10, 13, 16, 19]


def test_a_clock_set_back_divides():
    stamps = np.concatenate([5.0 + 0.1 * np.arange(4), 2.0 + 0.1 * np.arange(4)])
    parts = contiguous_parts(stamps, 0.1, 'a.h5')
    assert [part.tolist() for part in parts] == [[0, 1, 2, 3], [4, 5, 6, 7]]


@pytest.mark.parametrize('seed', range(20))
def test_within_a_part_neighbours_are_always_about_one_step_apart(seed):
    generator = np.random.default_rng(seed)
    steps = generator.choice([0.03, 0.04, 0.07, 0.2, 3.0], 200, p=[0.5, 0.3, 0.14, 0.05, 0.01])
    stamps = np.cumsum(steps)
    parts = contiguous_parts(stamps, 0.1, 'a.h5')
    for part in parts:
        assert (np.diff(stamps[part]) <= LONGEST_STEP * 0.1).all()
        assert (np.diff(stamps[part]) > 0.0).all()
    assert (np.diff(np.concatenate(parts)) > 0).all()
