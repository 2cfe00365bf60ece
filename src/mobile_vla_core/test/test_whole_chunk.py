# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""Tests for whole_chunk.py."""

import numpy as np
import pytest

from mobile_vla_core.chunk_player import Chunk
from mobile_vla_core.whole_chunk import WholeChunk

STEP = 0.1


def chunk(stamp: float, mark: float, rows: int = 4) -> Chunk:
    return Chunk(np.full((rows, 4), mark, dtype=np.float32), stamp, STEP)


@pytest.fixture
def player() -> WholeChunk:
    return WholeChunk(max_age=1.0)


def mark_at(player, now):
    return player.action_at(now)[0][0]


def test_a_chunk_is_played_to_its_end_although_newer_ones_came(player):
    player.load(chunk(1.0, 1.0))
    assert mark_at(player, 1.05) == 1.0
    player.load(chunk(1.1, 2.0))
    player.load(chunk(1.2, 3.0))
    assert mark_at(player, 1.39) == 1.0
    assert player.age(1.39) == pytest.approx(0.39)


def test_then_the_newest_is_taken_at_the_row_of_its_age(player):
    player.load(chunk(1.0, 1.0))
    mark_at(player, 1.05)
    player.load(chunk(1.2, 2.0))
    player.load(chunk(1.1, 3.0))
    action, row = player.action_at(1.41)
    assert (action[0], row) == (2.0, 2)


def test_a_chunk_that_outlasts_the_age_limit_ends_there(player):
    player.load(chunk(1.0, 1.0, rows=50))
    assert mark_at(player, 1.99) == 1.0
    player.load(chunk(1.9, 2.0))
    assert mark_at(player, 2.01) == 2.0


def test_nothing_is_played_when_the_next_one_is_spent_too(player):
    player.load(chunk(1.0, 1.0))
    mark_at(player, 1.05)
    player.load(chunk(1.1, 2.0))
    assert player.action_at(1.9) is None
