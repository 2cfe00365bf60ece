# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""Tests for weighting.py."""

from conftest import HEIGHT, WIDTH, write_episode
import numpy as np
import pytest

from mobile_vla_core.action_space import ActionType
from mobile_vla_core.images import Preprocessing
from mobile_vla_train.data.cache import open_uncached
from mobile_vla_train.data.weighting import frame_weights
from mobile_vla_train.sections import DataConfig


@pytest.fixture(scope='module')
def cache(tmp_path_factory):
    folder = tmp_path_factory.mktemp('uneven')
    sides = ('box_left', 'box_left', 'box_left', 'box_right')
    paths = [write_episode(folder, n, scenario=side) for n, side in enumerate(sides)]
    return open_uncached(paths, Preprocessing(height=HEIGHT, width=WIDTH))


def weights_of(cache, **settings):
    return frame_weights(cache, cache.episodes, DataConfig(**settings))


def test_by_default_every_frame_counts_the_same(cache):
    assert weights_of(cache).tolist() == [1.0] * len(cache.actions)


@pytest.mark.parametrize('option', ['balance_scenario', 'balance_side'])
def test_a_side_that_was_recorded_less_counts_as_much_as_the_other(cache, option):
    weights = weights_of(cache, **{option: 1.0})
    left, right = weights[: -cache.episodes[-1].length], weights[cache.episodes[-1].rows]
    assert left.sum() == pytest.approx(right.sum())
    assert weights.mean() == pytest.approx(1.0)
    half = weights_of(cache, **{option: 0.5})
    assert 1.0 < half[-1] < weights[-1]


def test_action_types_count_alike(cache):
    weights = weights_of(cache, balance_action_type=1.0)
    stopped = cache.actions[:, 3] == ActionType.STOP
    assert 0 < stopped.sum() < 0.2 * len(stopped)
    assert weights[stopped].sum() == pytest.approx(weights[~stopped].sum())


def test_waiting_counts_less_but_coming_to_a_stop_does_not(cache):
    weights = weights_of(cache, idle_weight=0.5)[cache.episodes[0].rows]
    moving, stopping, waiting = weights[:-3], weights[-3], weights[-2:]
    assert (cache.actions[cache.episodes[0].rows][-3:, 3] == ActionType.STOP).all()
    assert (moving == stopping).all()
    assert waiting == pytest.approx(0.5 * stopping)


def test_options_work_together(cache):
    both = weights_of(cache, balance_side=1.0, idle_weight=0.0)
    assert both[cache.episodes[0].rows][-1] == 0.0
    assert both[-5] > both[0] > 0.0


def test_rows_that_are_not_trained_on_do_not_count_for_the_balance(cache):
    few = frame_weights(cache, cache.episodes[2:], DataConfig(balance_side=1.0))
    np.testing.assert_allclose(few, 1.0)
