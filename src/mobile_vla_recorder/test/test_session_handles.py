# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""A recorder that runs all day: many episodes leave nothing open behind them."""

import os
import threading

from test_session import film, session

from mobile_vla_core.episodes import Episode, find_episodes

EPISODES = 200


def handles() -> tuple[int, int]:
    """Return the open descriptors and threads of this process."""
    return len(os.listdir('/proc/self/fd')), threading.active_count()


def test_two_hundred_episodes_leave_no_descriptor_and_no_thread_behind(tmp_path):
    recorder = session(tmp_path)

    def record(number: int) -> None:
        film(recorder, [100.0])
        recorder.on_command((0.1, 0.0, 0.0), 100.0, 100.0, now=100.0)
        recorder.start('go', '', now=100.0)
        film(recorder, [100.1, 100.2])
        if number % 4 == 0:
            recorder.discard(stamp=101.0)
        else:
            recorder.stop('success', '', stamp=101.0)
        if number % 4 < 2:  # brings a discarded episode back, takes a saved one away
            recorder.history.undo(stamp=102.0)

    record(0)
    before = handles()
    for number in range(EPISODES):
        record(number)
    assert handles() == before
    episodes = find_episodes(tmp_path)
    assert len(episodes) == 1 + EPISODES * 3 // 4
    for path in episodes[::40]:
        with Episode(path) as episode:
            assert len(episode) == 2
    assert handles() == before
