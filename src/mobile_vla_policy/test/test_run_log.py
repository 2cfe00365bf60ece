# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""Tests for run_log.py and run_log_writer.py, through the writer's process."""

import os
import signal
import threading

import numpy as np
from policy_rig import PICTURE
import pytest

from mobile_vla_core.action_space import ActionType
from mobile_vla_core.episodes import Episode, find_episodes
from mobile_vla_core.images import encode_jpeg
from mobile_vla_core.picture import Picture
from mobile_vla_policy import run_log
from mobile_vla_policy.run_log import RunLog

QUALITY = 90
METADATA = {'driver': 'policy', 'rate': 20.0}
HEIGHT, WIDTH = PICTURE.shape[:2]
RAW = Picture(memoryview(PICTURE.tobytes()), 'rgb8', HEIGHT, WIDTH, 3 * WIDTH)


@pytest.fixture
def failures():
    return []


@pytest.fixture
def log(tmp_path, failures):
    log = RunLog(tmp_path / 'runs', QUALITY, METADATA, failures.append)
    yield log
    log.close()


def drive(log, instruction, frames, start=100.0):
    log.begin(instruction, start)
    for step in range(frames):
        stamp = start + 0.1 * step
        log.frame(RAW, stamp, stamp + 0.01)
        log.command(np.float32([0.5, 0.0, 0.125]), ActionType.MOVEMENT, stamp + 0.02)
    log.event(start + 0.1 * frames, 'stopped', 'no image')


def wait_for_writer(log):
    log.close()
    for thread in log._threads:
        thread.join()


def test_a_run_is_an_episode_with_what_was_seen_and_done(log, tmp_path):
    drive(log, 'go left', 5)
    log.end('deactivated', 100.6)
    wait_for_writer(log)
    (path,) = find_episodes(tmp_path / 'runs')
    assert path.name.startswith('run_')
    with Episode(path) as episode:
        assert (episode.instruction, len(episode)) == ('go left', 5)
        assert episode.ending == ('unknown', 'deactivated')
        assert episode.metadata == METADATA
        assert episode.jpeg(4) == encode_jpeg(PICTURE, QUALITY)
        np.testing.assert_allclose(episode.stamps(), 100.0 + 0.1 * np.arange(5))
        np.testing.assert_array_equal(episode.actions, [[0.5, 0.0, 0.125, 0]] * 5)
        assert (100.5, 'stopped', 'no image') in episode.events
    assert log.dropped == 0


def test_a_new_instruction_is_a_new_file(log, tmp_path):
    drive(log, 'go left', 2)
    drive(log, 'go right', 3, start=200.0)
    log.begin('', 300.0)
    log.frame(RAW, 300.0, 300.0)
    wait_for_writer(log)
    runs = {}
    for path in find_episodes(tmp_path / 'runs'):
        with Episode(path) as episode:
            runs[episode.instruction] = len(episode)
    assert runs == {'go left': 2, 'go right': 3}


def test_a_run_without_a_picture_leaves_no_file(log, tmp_path):
    drive(log, 'go left', 0)
    log.end('deactivated', 101.0)
    wait_for_writer(log)
    assert list((tmp_path / 'runs').iterdir()) == []


def test_a_picture_that_cannot_be_stored_is_an_event(log, tmp_path, failures):
    drive(log, 'go left', 1)
    log.frame(Picture(b'abc', 'rgb8', HEIGHT, WIDTH, 3 * WIDTH), 100.2, 100.2)
    wait_for_writer(log)
    with Episode(*find_episodes(tmp_path / 'runs')) as episode:
        assert len(episode) == 1
        assert 'bad_image' in [kind for _, kind, _ in episode.events]
    assert failures == []


def test_a_node_that_is_killed_leaves_a_whole_file(log, tmp_path):
    drive(log, 'go left', 3)
    wait_for_writer(log)  # the pipe ends, as at a kill, without `end`
    with Episode(*find_episodes(tmp_path / 'runs')) as episode:
        assert len(episode) == 3
        assert episode.ending == ('unknown', 'the policy node ended')


def test_a_stuck_disk_holds_up_nobody_and_what_is_left_out_is_counted(
    log, tmp_path, failures, monkeypatch
):
    monkeypatch.setattr(run_log, 'LIMIT_BYTES', 10 * RAW.size)
    os.kill(log._process.pid, signal.SIGSTOP)
    drive(log, 'go left', 200)
    log.end('deactivated', 130.0)
    dropped = log.dropped
    os.kill(log._process.pid, signal.SIGCONT)
    wait_for_writer(log)
    with Episode(*find_episodes(tmp_path / 'runs')) as episode:
        assert len(episode) == 200 - dropped
        assert dropped > 100
        assert len(episode.commands['stamp']) == 200
        assert f'{dropped} records since configuring' in [text for *_, text in episode.events]
    assert failures == []


def test_a_folder_that_cannot_be_written_is_one_sentence(tmp_path):
    (tmp_path / 'file').write_text('')
    told = threading.Event()
    sentences = []
    log = RunLog(
        tmp_path / 'file', QUALITY, METADATA, lambda text: (sentences.append(text), told.set())
    )
    drive(log, 'go left', 1)
    assert told.wait(30.0)
    before = log.dropped
    drive(log, 'go left', 1)
    assert log.dropped > before
    wait_for_writer(log)
    assert len(sentences) == 1
    assert sentences[0].startswith('the run log is not written any more: ')
    assert 'Traceback' not in sentences[0]
