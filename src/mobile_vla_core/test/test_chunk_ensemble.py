# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""Tests for chunk_ensemble.py."""

import numpy as np
import pytest

from mobile_vla_core.action_space import ActionType
from mobile_vla_core.chunk_ensemble import ChunkEnsemble
from mobile_vla_core.chunk_player import Chunk

STEP = 0.1


def chunk(stamp: float, speed: float, kind=ActionType.MOVEMENT, rows: int = 8) -> Chunk:
    actions = np.tile(np.array([speed, 0.0, 0.0, kind], dtype=np.float32), (rows, 1))
    return Chunk(actions, stamp, STEP)


def ensemble(*chunks: Chunk, decay: float = 0.0) -> ChunkEnsemble:
    player = ChunkEnsemble(max_age=5.0, decay=decay)
    for one in chunks:
        player.load(one)
    return player


def test_the_weights_are_those_of_act():
    player = ensemble(chunk(1.0, 1.0), chunk(1.1, 2.0), chunk(1.2, 4.0), decay=0.5)
    weights = np.exp(-0.5 * np.arange(3))
    expected = (weights * [1.0, 2.0, 4.0]).sum() / weights.sum()
    assert player.action_at(1.25)[0][0] == pytest.approx(expected)


def test_chunks_without_an_action_for_now_have_no_say():
    player = ensemble(chunk(1.0, 1.0, rows=2), chunk(1.1, 2.0))
    assert player.action_at(1.15)[0][0] == pytest.approx(1.5)
    assert player.action_at(1.25)[0][0] == pytest.approx(2.0)


def test_each_chunk_is_read_at_its_own_age():
    rising = np.zeros((8, 4), dtype=np.float32)
    rising[:, 0] = np.arange(8)
    player = ensemble(Chunk(rising, 1.0, STEP), Chunk(10.0 * rising, 1.2, STEP))
    action, row = player.action_at(1.35)
    assert action[0] == pytest.approx((3.0 + 10.0) / 2)
    assert row == 1


def test_the_type_is_voted_on_and_a_minority_that_stops_slows_nobody_down():
    stop = chunk(1.1, 0.0, ActionType.STOP)
    action, _ = ensemble(chunk(1.0, 1.0), stop, chunk(1.2, 0.5)).action_at(1.25)
    assert action[3] == ActionType.MOVEMENT
    assert action[0] == pytest.approx(0.75)


def test_a_majority_that_stops_stops():
    player = ensemble(
        chunk(1.0, 1.0), chunk(1.1, 0.0, ActionType.STOP), chunk(1.2, 0.0, ActionType.STOP)
    )
    np.testing.assert_array_equal(player.action_at(1.25)[0], [0, 0, 0, ActionType.STOP])


def test_a_draw_goes_to_the_newest():
    action, _ = ensemble(chunk(1.0, 1.0), chunk(1.1, 0.0, ActionType.STOP)).action_at(1.15)
    assert action[3] == ActionType.STOP


def test_the_age_is_that_of_the_newest_observation_and_spent_chunks_are_dropped():
    player = ensemble(*(chunk(1.0 + STEP * k, 1.0) for k in range(100)))
    assert player.age(11.0) == pytest.approx(11.0 - 10.9)
    assert player.action_at(11.0) is not None
    assert player.live == 7
    player.load(chunk(2.0, 9.0))
    assert player.live == 7


def test_a_second_chunk_of_one_observation_replaces_the_first():
    player = ensemble(chunk(1.0, 1.0), chunk(1.0, 3.0))
    assert player.action_at(1.05)[0][0] == pytest.approx(3.0)
