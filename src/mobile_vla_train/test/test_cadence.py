# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""Tests for cadence.py."""

import numpy as np
import pytest

from mobile_vla_core.errors import ConfigError
from mobile_vla_train.data.cadence import common_step_period, select_frames


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


def test_jitter_and_gaps_never_move_a_frame_further_than_half_a_frame_period():
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
