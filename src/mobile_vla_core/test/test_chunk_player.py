# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""Tests for chunk_player.py."""

import numpy as np
import pytest

from mobile_vla_core.chunk_player import Chunk, ChunkPlayer
from mobile_vla_core.errors import ActionShapeError, ActionSpaceError, ConfigError

ACTIONS = np.arange(20, dtype=np.float32).reshape(5, 4)
WALL_TIME = 1_763_829_000.0
"""Seconds since 1970, where float64 resolves about 2.4e-7 s."""


def chunk(stamp: float, actions: np.ndarray = ACTIONS) -> Chunk:
    return Chunk(actions=actions, stamp=stamp, step_period=0.1)


@pytest.fixture
def player() -> ChunkPlayer:
    return ChunkPlayer(max_age=0.45)


def test_has_no_action_before_the_first_chunk(player):
    assert player.action_at(5.0) is None
    assert player.age(5.0) is None


@pytest.mark.parametrize('origin', [10.0, WALL_TIME])
@pytest.mark.parametrize(
    ('age', 'row'), [(0.0, 0), (0.09, 0), (0.1, 1), (0.199, 1), (0.3, 3), (0.449, 4)]
)
def test_reads_the_row_of_the_observations_age(player, origin, age, row):
    player.load(chunk(origin))
    action, index = player.action_at(origin + age)
    assert index == row
    np.testing.assert_array_equal(action, ACTIONS[row])


def test_latency_skips_rows_instead_of_delaying_them(player):
    player.load(chunk(10.0))
    late = player.action_at(10.25)
    player.load(chunk(10.2, ACTIONS + 100.0))
    renewed = player.action_at(10.25)
    assert late[1] == 2
    assert renewed[1] == 0


def test_stops_when_the_observation_is_too_old(player):
    player.load(chunk(10.0, np.tile(ACTIONS, (4, 1))))
    assert player.action_at(10.449) is not None
    assert player.action_at(10.451) is None


def test_stops_when_the_chunk_is_spent():
    player = ChunkPlayer(max_age=10.0)
    player.load(chunk(10.0))
    assert player.action_at(10.499)[1] == 4
    assert player.action_at(10.5) is None


def test_forgives_a_stamp_one_step_ahead_and_no_more(player):
    player.load(chunk(10.0))
    assert player.action_at(9.95)[1] == 0
    assert player.action_at(9.85) is None


def test_an_earlier_observation_never_replaces_a_later_one(player):
    player.load(chunk(10.1))
    player.load(chunk(10.0, ACTIONS + 100.0))
    assert player.chunk.stamp == 10.1
    player.clear()
    player.load(chunk(10.0))
    assert player.chunk.stamp == 10.0


def test_clear_forgets_the_chunk(player):
    player.load(chunk(10.0))
    player.clear()
    assert player.action_at(10.0) is None


@pytest.mark.parametrize('shape', [(4,), (0, 4), (3, 3)])
def test_a_chunk_of_another_shape_is_refused(shape):
    with pytest.raises(ActionShapeError, match=r'\(C, 4\)'):
        chunk(0.0, np.zeros(shape, dtype=np.float32))


@pytest.mark.parametrize('value', [np.nan, np.inf, -np.inf])
def test_a_chunk_that_is_not_finite_is_refused(value):
    actions = ACTIONS.copy()
    actions[2, 1] = value
    with pytest.raises(ActionSpaceError, match='NaN or infinity'):
        chunk(0.0, actions)


def test_periods_must_be_positive():
    with pytest.raises(ConfigError, match='step_period'):
        Chunk(actions=ACTIONS, stamp=0.0, step_period=0.0)
    with pytest.raises(ConfigError, match='max_age'):
        ChunkPlayer(max_age=0.0)
