# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0

import os
from pathlib import Path
import time

import numpy as np
import pytest

from mobile_vla_core.episodes import Episode, EpisodeWriter, find_episodes
from mobile_vla_core.episodes.relabel import Labels
from mobile_vla_core.errors import EpisodeError
from mobile_vla_core.images import encode_jpeg
from mobile_vla_recorder.recording.episode_history import (
    DISCARDED_AGE,
    DISCARDED_FOLDER,
    EpisodeHistory,
)

JPEG = encode_jpeg(np.zeros((24, 32, 3), dtype=np.uint8))


def episode(folder: Path) -> Path:
    writer = EpisodeWriter(folder, instruction='go left')
    writer.add_frame('front', JPEG, 1.0, 1.0)
    return writer.close('unknown', '', 2.0)


def discarded(folder: Path) -> list[str]:
    return sorted(path.name for path in (folder / DISCARDED_FOLDER).iterdir())


def test_the_last_episode_is_relabelled_and_undo_takes_it_back(tmp_path):
    history = EpisodeHistory(tmp_path)
    history.saved(episode(tmp_path))
    last = episode(tmp_path)
    history.saved(last)
    assert history.relabel(Labels(outcome='failure', scenario='kitchen'), 3.0) == last
    with Episode(last) as found:
        assert (found.outcome, found.scenario) == ('failure', 'kitchen')
    assert history.undo(4.0) == f'{last.name} is labelled again: unknown, "go left"'
    with Episode(last) as found:
        assert (found.outcome, found.scenario) == ('unknown', '')
    assert history.undo(5.0) == f'{last.name} is labelled again: failure, kitchen, "go left"'
    with Episode(last) as found:
        assert (found.outcome, found.scenario) == ('failure', 'kitchen')


def test_a_discarded_episode_is_out_of_sight_until_undo(tmp_path):
    history = EpisodeHistory(tmp_path)
    path = episode(tmp_path)
    history.discard(path)
    with pytest.raises(EpisodeError, match='holds no episode'):
        find_episodes(tmp_path)
    assert 'kept after all' in history.undo(1.0)
    assert find_episodes(tmp_path) == [path]
    assert history.relabel(Labels(outcome='success'), 1.0) == path


def test_only_the_last_discarded_episode_waits(tmp_path):
    history, other = EpisodeHistory(tmp_path), EpisodeHistory(tmp_path)
    first, second, elsewhere = (episode(tmp_path) for _ in range(3))
    other.discard(elsewhere)
    history.discard(first)
    history.discard(second)
    assert discarded(tmp_path) == sorted([second.name, elsewhere.name])
    old = time.time() - 2 * DISCARDED_AGE
    os.utime(tmp_path / DISCARDED_FOLDER / elsewhere.name, (old, old))
    third = episode(tmp_path)
    history.discard(third)
    assert discarded(tmp_path) == [third.name]


def test_nothing_to_relabel_or_undo_is_said(tmp_path):
    history = EpisodeHistory(tmp_path)
    with pytest.raises(EpisodeError, match='no episode was saved yet'):
        history.relabel(Labels(outcome='success'), 1.0)
    with pytest.raises(EpisodeError, match='nothing to undo'):
        history.undo(1.0)


def test_undo_brings_a_discarded_episode_back_and_takes_it_away_again_and_again(tmp_path):
    history = EpisodeHistory(tmp_path)
    path = episode(tmp_path)
    history.discard(path, 'quality 31 %')
    for _ in range(2):
        assert history.undo(1.0) == f'{path.name} is kept after all: quality 31 %'
        assert find_episodes(tmp_path) == [path]
        assert history.undo(1.0) == f'{path.name} is discarded, undo brings it back'
        assert discarded(tmp_path) == [path.name]


def test_a_discarded_episode_that_is_gone_cannot_come_back(tmp_path):
    history = EpisodeHistory(tmp_path)
    path = episode(tmp_path)
    history.discard(path)
    (tmp_path / DISCARDED_FOLDER / path.name).unlink()
    with pytest.raises(EpisodeError, match='cannot be brought back'):
        history.undo(1.0)


def test_a_save_that_is_undone_is_out_of_sight_until_that_is_undone_as_well(tmp_path):
    changed = []
    history = EpisodeHistory(tmp_path, changed.append)
    path = episode(tmp_path)
    history.saved(path)
    assert history.undo(1.0) == f'{path.name} is discarded, undo brings it back'
    assert discarded(tmp_path) == [path.name]
    with pytest.raises(EpisodeError, match='no episode was saved yet'):
        history.relabel(Labels(outcome='success'), 1.0)
    assert 'kept after all' in history.undo(1.0)
    assert find_episodes(tmp_path) == [path]
    assert changed == [path] * 3
    assert history.undo(1.0) == f'{path.name} is discarded, undo brings it back'
    assert discarded(tmp_path) == [path.name]


def test_a_saved_episode_that_is_gone_cannot_be_discarded(tmp_path):
    history = EpisodeHistory(tmp_path)
    path = episode(tmp_path)
    history.saved(path)
    path.unlink()
    for _ in range(2):
        with pytest.raises(EpisodeError, match='cannot be discarded'):
            history.undo(1.0)
