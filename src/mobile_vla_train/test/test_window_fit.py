# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""Tests for window_fit.py."""

import pytest

from mobile_vla_core.errors import ConfigError
from mobile_vla_train.data.cache import CachedEpisode
from mobile_vla_train.data.window_fit import check_window_fit


def episodes(*lengths):
    return [CachedEpisode(f'{n}.h5', 'go', '', 0, length) for n, length in enumerate(lengths)]


def test_a_window_longer_than_every_episode_is_refused_by_the_longest():
    check_window_fit(episodes(3, 8, 5), 8, 16, 0.1)
    message = r'window of 8 .* in 1.h5, has 7 frames of 0.1 s; record longer ones, or lower'
    with pytest.raises(ConfigError, match=message):
        check_window_fit(episodes(3, 7, 5), 8, 16, 0.1)


def test_a_clip_longer_than_every_episode_is_padded_and_no_fault():
    check_window_fit(episodes(8), 8, 100, 0.1)


def test_a_clip_shorter_than_the_window_is_refused():
    with pytest.raises(ConfigError, match=r'clip_length=7 is shorter than the window of 8'):
        check_window_fit(episodes(20), 8, 7, 0.1)
