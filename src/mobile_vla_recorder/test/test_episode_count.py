# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""Tests for plan/episode_count.py, with real episode files."""

from pathlib import Path
import time

from mobile_vla_core.episodes import EpisodeWriter
from mobile_vla_core.episodes.relabel import Labels
from mobile_vla_recorder.plan.episode_count import EpisodeCount
from mobile_vla_recorder.recording.episode_history import EpisodeHistory

TIMEOUT = 20.0


def episode(folder: Path, scenario: str, outcome: str = 'success') -> Path:
    return EpisodeWriter(folder, instruction='go', scenario=scenario).close(outcome)


def wait_for(count: EpisodeCount, expected: dict[str, int]) -> None:
    end = time.monotonic() + TIMEOUT
    while count.counts != expected:
        assert time.monotonic() < end, count.counts
        time.sleep(0.005)


def test_a_folder_is_counted_and_a_file_that_cannot_be_read_is_not(tmp_path):
    for scenario, outcome in (('left', 'success'), ('left', 'unknown'), ('right', 'failure')):
        episode(tmp_path, scenario, outcome)
    (tmp_path / 'episode_broken.h5').write_bytes(b'no HDF5')
    count = EpisodeCount(tmp_path)
    wait_for(count, {'left': 2})
    count.close()


def test_saving_relabelling_discarding_and_undoing_are_followed(tmp_path):
    count = EpisodeCount(tmp_path)
    wait_for(count, {})
    history = EpisodeHistory(tmp_path, count.update)
    history.saved(episode(tmp_path, 'left'))
    wait_for(count, {'left': 1})
    history.relabel(Labels(scenario='right'), 1.0)
    wait_for(count, {'right': 1})
    history.relabel(Labels(outcome='failure'), 2.0)
    wait_for(count, {})
    history.undo(3.0)
    wait_for(count, {'right': 1})
    other = episode(tmp_path, 'left')
    history.discard(other)
    history.undo(4.0)
    wait_for(count, {'right': 1, 'left': 1})
    history.discard(other)
    wait_for(count, {'right': 1})
    count.close()


def test_a_folder_that_is_absent_holds_nothing_yet(tmp_path):
    count = EpisodeCount(tmp_path / 'new')
    wait_for(count, {})
    count.update(episode(tmp_path / 'new', 'left'))
    wait_for(count, {'left': 1})
    count.close()


def test_only_named_files_are_read_again(tmp_path):
    first = episode(tmp_path, 'left')
    count = EpisodeCount(tmp_path)
    wait_for(count, {'left': 1})
    first.unlink()
    count.update(episode(tmp_path, 'right'))
    wait_for(count, {'left': 1, 'right': 1})
    count.update(first)
    wait_for(count, {'right': 1})
    count.close()
