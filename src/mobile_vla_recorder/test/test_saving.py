# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0

import threading
import time

import pytest
from test_recording import picture, session

from mobile_vla_core.episodes import Episode
from mobile_vla_core.errors import EpisodeError


@pytest.fixture
def slow(tmp_path):
    """Return a session with an episode of which three pictures wait for a disk, and the disk."""
    recorder, disk = session(tmp_path), threading.Event()
    recorder.start('go', '', now=100.0)
    recorder.recording.add(lambda _: disk.wait(30.0))
    for t in range(3):
        recorder.on_picture(picture(1, 1.0 + t), 1.0 + t, now=100.0)
    yield recorder, disk
    disk.set()


def test_the_end_of_an_episode_does_not_wait_for_the_disk(slow):
    recorder, disk = slow
    recorder.end('success', 'arrived', stamp=5.0)
    assert not recorder.saving.done
    assert (recorder.recording, recorder.episode.queued_frames) == (None, 3)
    recorder.on_picture(picture(1, 9.0), 9.0, now=100.0)  # belongs to no episode
    disk.set()
    saved = recorder.conclude().kept()
    assert (saved.frames, recorder.saving, recorder.part) == (3, None, None)
    with Episode(saved.path) as episode:
        assert episode.ending == ('success', 'arrived')
        assert episode.stamps().tolist() == [1.0, 2.0, 3.0]


def test_what_is_asked_while_an_episode_is_saved_is_refused_with_what_is_left(slow):
    recorder, disk = slow
    name = recorder.part.name
    recorder.end('success', '', stamp=5.0)
    assert recorder.part.name == name
    text = f'{name} is being saved: 3 pictures are left to write, ask again when it is done'
    for ask in (
        lambda: recorder.start('go', '', now=100.0),
        lambda: recorder.end('success', '', stamp=6.0),
        lambda: recorder.end('unknown', '', stamp=6.0, discard=True),
        recorder.check_saved,
    ):
        with pytest.raises(EpisodeError) as refused:
            ask()
        assert str(refused.value) == text
    disk.set()
    while not recorder.saving.done:
        time.sleep(0.001)
    assert recorder.conclude().saved
    assert recorder.start('go', '', now=100.0).exists()


def test_joint_states_that_wait_are_still_written_when_the_episode_has_ended(tmp_path):
    recorder, disk = session(tmp_path), threading.Event()
    recorder.on_joint_state(0.5, ['lift'], [0.0], [], [], now=100.0)
    recorder.start('go', '', now=100.0)
    recorder.recording.add(lambda _: disk.wait(30.0))
    recorder.on_joint_state(1.0, ['lift'], [0.5], [], [], now=100.0)
    recorder.end('success', '', stamp=5.0)
    disk.set()
    with Episode(recorder.conclude().kept().path) as episode:
        assert episode.joint_states['position'].tolist() == [[0.5]]


def test_a_fault_of_any_kind_while_saving_is_an_episode_error(tmp_path):
    recorder = session(tmp_path)
    recorder.start('go', '', now=100.0)
    name = recorder.part.name
    recorder.recording.summary = lambda: 1 / 0
    recorder.end('success', '', stamp=5.0)
    with pytest.raises(EpisodeError, match=f'{name} cannot be finished: division by zero'):
        recorder.conclude().kept()
