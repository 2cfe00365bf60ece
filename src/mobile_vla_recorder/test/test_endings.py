# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""What becomes of an episode, also when the disk fails; test_session.py has the rules."""

import os
from pathlib import Path
import shutil

import pytest
from test_recording import picture, session

from mobile_vla_core.episodes import Episode, find_episodes
from mobile_vla_core.errors import EpisodeError
from mobile_vla_core.picture_quality import QualityLimits
from mobile_vla_recorder.recording.endings import KEPT
from mobile_vla_recorder.recording.episode_history import DISCARDED_FOLDER
from mobile_vla_recorder.recording.session import RecordingSession


def recording(folder: Path, **changes) -> RecordingSession:
    recorder = session(folder, **changes)
    recorder.start('go', '', now=100.0)
    recorder.on_picture(picture(1), 1.0, now=100.0)
    return recorder


def test_each_ending_is_remembered_when_another_episode_has_started(tmp_path):
    recorder = recording(tmp_path)
    first = recorder.part
    saved = recorder.stop('success', '', stamp=2.0)
    second = recorder.start('go', '', now=100.0)
    recorder.discard(stamp=3.0)
    recorder.start('go', '', now=100.0)
    assert recorder.endings.of(first).saved == saved
    assert recorder.endings.of(second).text == 'the episode was discarded'
    assert recorder.endings.of(second).discarded
    assert recorder.endings.of(recorder.part) is None


def test_only_the_last_endings_are_remembered(tmp_path):
    recorder = session(tmp_path)
    parts = []
    for _ in range(KEPT + 1):
        parts.append(recorder.start('go', '', now=100.0))
        recorder.discard(stamp=1.0)
    assert recorder.endings.of(parts[0]) is None
    assert recorder.endings.of(parts[1])


def test_an_episode_that_cannot_be_discarded_stays_and_can_be_undone(tmp_path):
    recorder = recording(tmp_path)
    (tmp_path / DISCARDED_FOLDER).write_text('')
    with pytest.raises(EpisodeError) as refused:
        recorder.discard(stamp=2.0)
    (path,) = find_episodes(tmp_path)
    text = f'{path.name} cannot be discarded: File exists; it stays in {tmp_path}'
    assert str(refused.value) == text
    assert recorder.recording is None
    (tmp_path / DISCARDED_FOLDER).unlink()
    assert 'is discarded, undo brings it back' in recorder.history.undo(3.0)


def test_an_episode_that_is_to_go_by_rule_and_cannot_stays_with_the_reason(tmp_path):
    limits = QualityLimits(expected_rate=10.0)
    recorder = recording(tmp_path, quality=limits, minimum_quality=0.9)
    recorder.on_picture(picture(1, 3.0), 3.0, now=100.0)
    (tmp_path / DISCARDED_FOLDER).write_text('')
    with pytest.raises(EpisodeError) as refused:
        recorder.stop('success', '', stamp=4.0)
    cannot, _, rule = str(refused.value).partition('; it was to be discarded: ')
    assert cannot.endswith(f'cannot be discarded: File exists; it stays in {tmp_path}')
    assert 'is below the minimum of 0.9' in rule
    with Episode(find_episodes(tmp_path)[0]) as episode:
        assert episode.outcome == 'success'


@pytest.mark.parametrize('end', ['stop', 'discard'])
def test_an_episode_whose_folder_was_removed_is_said_to_be_lost(tmp_path, end):
    recorder = recording(tmp_path / 'episodes')
    name = recorder.part.name
    shutil.rmtree(tmp_path / 'episodes')
    text = f'{name} is lost: its file was removed while it was recorded'
    with pytest.raises(EpisodeError, match=text):
        recorder.stop('success', '', 2.0) if end == 'stop' else recorder.discard(2.0)
    assert recorder.recording is None
    recorder.on_picture(picture(1), 1.0, now=100.0)
    recorder.start('go', '', now=100.0)
    assert recorder.stop('success', '', stamp=3.0).path.exists()


def test_a_file_that_cannot_be_closed_is_handed_over_with_the_reason_and_told_of(tmp_path):
    recorder = recording(tmp_path)
    unfinished = []
    recorder.endings.unfinished = lambda *what: unfinished.append(what)
    part = recorder.part
    file = recorder.recording._writer._file
    os.dup2(os.open('/dev/full', os.O_RDWR), file.id.get_vfd_handle())
    for t in range(5):
        recorder.on_picture(picture(1, 2.0 + t), 2.0 + t, now=100.0)
    with pytest.raises(EpisodeError) as refused:
        recorder.stop('success', '', stamp=9.0)
    reason = 'No space left on device'
    assert str(refused.value) == f'{part.name} is kept for recovery: {reason}'
    assert unfinished == [(part, f'writing failed: {reason}')]
    with pytest.raises(EpisodeError, match=f'the last one could not be finished: {part.name} is'):
        recorder.stop('success', '', stamp=10.0)
    recorder.endings.recovered(part.name, 'one.h5: recovered front 1 frames')
    with pytest.raises(EpisodeError, match=r'could not be finished; one\.h5: recovered front 1'):
        recorder.stop('success', '', stamp=11.0)
