# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""Tests for chunk_strategy.py: what is the same for every way to execute chunks."""

import numpy as np
import pytest

from mobile_vla_core.action_space import ActionType
from mobile_vla_core.chunk_player import Chunk
from mobile_vla_core.chunk_strategy import ChunkStrategy
from mobile_vla_core.errors import ConfigError

STEP = 0.1


def chunk(stamp: float, rows: int = 8) -> Chunk:
    """Return a chunk whose linear_x says when each of its actions is due."""
    actions = np.zeros((rows, 4), dtype=np.float32)
    actions[:, 0] = stamp + STEP * np.arange(rows)
    actions[:, 3] = ActionType.MOVEMENT
    return Chunk(actions, stamp, STEP)


@pytest.fixture(params=list(ChunkStrategy), ids=lambda strategy: strategy.value)
def strategy(request) -> ChunkStrategy:
    return request.param


def test_every_strategy_reads_chunks_by_the_age_of_their_observations(strategy):
    player = strategy.player(max_age=1.0)
    for now, latency in ((3.0, 0.0), (3.31, 0.27), (3.5, 0.1)):
        player.load(chunk(now - latency))
        action, _ = player.action_at(now)
        assert action[0] == pytest.approx(now, abs=STEP)


def test_without_compensation_every_chunk_starts_with_its_first_row(strategy):
    player = strategy.player(max_age=1.0, latency_compensation=False)
    player.load(chunk(3.0))
    action, row = player.action_at(3.35)
    assert (row, action[0]) == (0, pytest.approx(3.0))
    assert player.action_at(3.46)[1] == 1
    assert player.age(3.46) == pytest.approx(0.46)


@pytest.mark.parametrize('compensation', [True, False])
def test_no_strategy_drives_on_an_old_observation(strategy, compensation):
    player = strategy.player(max_age=0.5, latency_compensation=compensation)
    player.load(chunk(3.0, rows=50))
    assert player.action_at(3.499) is not None
    assert player.action_at(3.501) is None


def test_no_strategy_drives_on_a_spent_chunk_or_one_of_the_future(strategy):
    player = strategy.player(max_age=5.0)
    player.load(chunk(3.0, rows=4))
    assert player.action_at(2.85) is None
    assert player.action_at(3.39) is not None
    assert player.action_at(3.41) is None


def test_nothing_is_left_after_clear(strategy):
    player = strategy.player(max_age=5.0)
    player.load(chunk(3.0))
    player.action_at(3.0)
    player.load(chunk(3.1))
    player.clear()
    assert player.action_at(3.1) is None
    assert player.age(3.1) is None


def test_an_unknown_strategy_is_refused_with_the_known_ones():
    with pytest.raises(ConfigError, match=r'"newest".*receding, ensemble, whole'):
        ChunkStrategy.named('newest')
    assert ChunkStrategy.named('whole') is ChunkStrategy.WHOLE
