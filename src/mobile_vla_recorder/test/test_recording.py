# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""Tests for recording/recording.py and session.py, without ROS."""

from pathlib import Path
import threading
import time

from builtin_interfaces.msg import Time
import numpy as np
import pytest

from mobile_vla_core.episodes import Episode, find_episodes
from mobile_vla_core.errors import EpisodeError, InstructionError
from mobile_vla_core.picture import Picture
from mobile_vla_recorder.recording.recording import ROW_BYTES
from mobile_vla_recorder.recording.session import RecordingSession
from mobile_vla_recorder.recording.session_config import CameraTopic, SessionConfig
from mobile_vla_recorder.status_message import status_message

HEIGHT, WIDTH = 24, 32
SIZE = HEIGHT * WIDTH * 3


def picture(value: int, stamp: float = 1.0) -> Picture:
    rgb = np.full((HEIGHT, WIDTH, 3), value, dtype=np.uint8)
    return Picture(rgb.tobytes(), 'rgb8', HEIGHT, WIDTH, WIDTH * 3, stamp, 'camera')


def session(folder: Path, **changes) -> RecordingSession:
    found = RecordingSession(SessionConfig(output=folder, minimum_free_bytes=0, **changes))
    found.on_picture(picture(0), 1.0, now=100.0)
    found.on_command((0.0, 0.0, 0.0), 0.9, 0.9, now=100.0)
    return found


def test_what_is_taken_is_saved_in_order(tmp_path):
    recorder = session(tmp_path)
    recorder.start('go', '1box_vert_left', now=100.5)
    for t in range(20):
        recorder.on_picture(picture(10 * t, 0.1 * t + 1), 0.1 * t + 1.01, now=100.5)
        recorder.on_command((0.1 * t, 0.0, 0.0), 0.1 * t + 1, 0.1 * t + 1.02, now=100.5)
        recorder.on_odometry(0.1 * t + 1, np.zeros(7), np.zeros(6), now=100.5)
    saved = recorder.stop('success', '', stamp=9.0)
    assert (saved.frames, saved.commands, saved.dropped) == (20, 20, 0)
    with Episode(saved.path) as episode:
        means = [episode.image(t).mean() for t in range(20)]
        np.testing.assert_allclose(means, 10 * np.arange(20), atol=1)
        np.testing.assert_allclose(episode.actions[:, 0], 0.1 * np.arange(20), rtol=1e-6)
        assert len(episode.odometry['stamp']) == 20
        camera = episode.camera_attributes()
        assert (camera['width'], camera['height'], camera['encoding']) == (WIDTH, HEIGHT, 'rgb8')
        assert camera['jpeg_quality'] == 90


def test_nothing_is_recorded_before_start_and_after_stop(tmp_path):
    recorder = session(tmp_path)
    recorder.start('go', '', now=100.0)
    assert recorder.stop('', '', stamp=1.0).frames == 0
    recorder.on_picture(picture(1), 2.0, now=101.0)
    with Episode(find_episodes(tmp_path)[0]) as episode:
        assert (len(episode), episode.outcome) == (0, 'unknown')


def test_a_picture_without_a_stamp_gets_its_receive_time(tmp_path):
    recorder = session(tmp_path)
    recorder.start('go', '', now=100.0)
    recorder.on_picture(picture(1, stamp=0.0), 7.5, now=100.1)
    with Episode(recorder.stop('', '', stamp=8.0).path) as episode:
        assert episode.stamps().tolist() == [7.5]


def test_pictures_beyond_the_queue_are_dropped_counted_and_stored(tmp_path):
    recorder = session(tmp_path, queue_bytes=SIZE - 1)
    recorder.start('go', '', now=100.0)
    for t in range(3):
        recorder.on_picture(picture(t), 1.0 + t, now=100.0)
    recorder.on_command((1.0, 0.0, 0.0), 1.0, 1.0, now=100.0)
    saved = recorder.stop('', '', stamp=5.0)
    assert (saved.frames, saved.commands, saved.dropped) == (0, 1, 3)
    with Episode(saved.path) as episode:
        assert (5.0, 'dropped', 'front: 3 frames dropped') in episode.events


def test_drops_are_stored_while_the_episode_is_recorded(tmp_path):
    recorder = session(tmp_path, queue_bytes=SIZE - 1)
    part = recorder.start('go', '', now=100.0)
    for t in range(3):
        recorder.on_picture(picture(t), 2.0, now=100.0)
    recorder.on_command((1.0, 0.0, 0.0), 1.0, 1.0, now=100.0)
    told, deadline = [], time.monotonic() + 10.0
    while not told and time.monotonic() < deadline:
        time.sleep(0.01)
        with Episode(part) as episode:  # as a recorder that is killed now leaves it
            told = episode.events
    assert (2.0, 'dropped', 'front: 3 frames dropped so far') in told
    recorder.discard(stamp=3.0)


def test_a_burst_is_thinned_out_but_never_reordered(tmp_path):
    cameras = (CameraTopic('front', 'front'), CameraTopic('rear', 'rear'))
    recorder = session(tmp_path, cameras=cameras, queue_bytes=4 * SIZE)
    recorder.on_picture(picture(0), 1.0, now=100.0, camera='rear')
    recorder.start('go', '', now=100.0)
    sent = 400
    for t in range(sent):
        for camera in ('front', 'rear'):
            recorder.on_picture(picture(t % 256, 1.0 + t), 1.0 + t, now=100.0, camera=camera)
    recording = recorder.recording
    saved = recorder.stop('', '', stamp=sent + 1.0)
    dropped = recording.drops.cameras
    assert min(dropped.values()) > 0
    with Episode(saved.path) as episode:
        for camera in ('front', 'rear'):
            stamps = episode.stamps(camera)
            assert len(stamps) + dropped[camera] == sent
            assert len(stamps) > 0
            assert (np.diff(stamps) > 0).all()
            assert any(
                kind == 'dropped' and text == f'{camera}: {dropped[camera]} frames dropped'
                for _, kind, text in episode.events
            )


def test_a_broken_picture_is_counted_and_the_others_are_kept(tmp_path):
    recorder = session(tmp_path)
    recorder.start('go', '', now=100.0)
    recorder.on_picture(picture(1), 1.0, now=100.0)
    recorder.on_picture(Picture(bytes(5), 'rgb8', HEIGHT, WIDTH, 96), 2.0, now=100.0)
    recorder.on_picture(picture(3), 3.0, now=100.0)
    saved = recorder.stop('', '', stamp=5.0)
    assert (saved.frames, saved.dropped) == (2, 1)
    assert saved.findings[0] == (
        'front: 1 pictures dropped that cannot be read: see the events for the reason, '
        'and check the encoding of the camera'
    )
    with Episode(saved.path) as episode:
        assert any('picture needs step' in text for _, _, text in episode.events)


def test_start_is_refused_without_a_camera(tmp_path):
    silent = RecordingSession(SessionConfig(tmp_path, (CameraTopic('front', '/eye'),)))
    with pytest.raises(EpisodeError, match=r'no picture came on /eye for 2 s'):
        silent.start('go', '', now=100.0)
    lost = session(tmp_path)
    with pytest.raises(EpisodeError, match='no picture came'):
        lost.start('go', '', now=102.5)


def test_start_is_refused_when_nobody_drives(tmp_path):
    recorder = session(tmp_path)
    recorder.on_picture(picture(0), 1.0, now=102.5)
    with pytest.raises(EpisodeError, match=r'no command came on cmd_vel for 2 s: start teleop'):
        recorder.start('go', '', now=102.5)
    recorder.on_command((0.0, 0.0, 0.0), 1.0, 1.0, now=102.0)
    recorder.start('go', '', now=102.5)
    recorder.discard(stamp=1.0)
    undriven = session(tmp_path, require_commands=False)
    undriven.on_picture(picture(0), 1.0, now=200.0)
    assert undriven.start('go', '', now=200.0).exists()


def test_start_is_refused_when_an_episode_runs(tmp_path):
    recorder = session(tmp_path)
    recorder.start('go', '', now=100.0)
    with pytest.raises(EpisodeError, match='is being recorded: stop or discard it first'):
        recorder.start('go', '', now=100.0)
    recorder.discard(stamp=1.0)


def test_start_is_refused_when_the_disk_is_too_full(tmp_path):
    recorder = RecordingSession(
        SessionConfig(tmp_path / 'new', minimum_free_bytes=10**18, require_commands=False)
    )
    recorder.on_picture(picture(0), 1.0, now=100.0)
    with pytest.raises(EpisodeError, match='less than the reserve of'):
        recorder.start('go', '', now=100.0)


def test_start_is_refused_without_an_instruction(tmp_path):
    recorder = session(tmp_path)
    with pytest.raises(InstructionError):
        recorder.start('', '', now=100.0)
    assert recorder.recording is None
    assert list(tmp_path.iterdir()) == []


def test_stop_and_discard_need_an_episode(tmp_path):
    recorder = session(tmp_path)
    for call in (lambda: recorder.discard(stamp=1.0), lambda: recorder.stop('', '', stamp=1.0)):
        with pytest.raises(EpisodeError, match='no episode is being recorded'):
            call()


def test_an_unknown_outcome_is_refused_and_the_episode_goes_on(tmp_path):
    recorder = session(tmp_path)
    recorder.start('go', '', now=100.0)
    with pytest.raises(EpisodeError, match='outcome "great" is unknown'):
        recorder.stop('great', '', stamp=1.0)
    recorder.on_picture(picture(1), 2.0, now=100.0)
    assert recorder.stop('success', '', stamp=3.0).frames == 1


def test_a_camera_that_sends_nothing_but_broken_pictures_is_told_of_once(tmp_path):
    recorder = session(tmp_path)
    recorder.start('go', '', now=100.0)
    for t in range(5):
        recorder.on_picture(Picture(bytes(5), 'rgb8', HEIGHT, WIDTH, 96, 1.0 + t), 1.0, now=100.0)
    saved = recorder.stop('', '', stamp=9.0)
    with Episode(saved.path) as episode:
        drops = [(stamp, text) for stamp, kind, text in episode.events if kind == 'dropped']
    ((_, broken),) = [drop for drop in drops if 'picture needs step' in drop[1]]
    assert broken.startswith('front: ')
    assert drops[-1] == (9.0, 'front: 5 frames dropped')


def test_other_rows_are_bounded_too_while_nothing_can_be_written(tmp_path):
    recorder = session(tmp_path, queue_bytes=10 * ROW_BYTES)
    recorder.start('go', '', now=100.0)
    disk_moves = threading.Event()
    recorder.recording.add(lambda writer: disk_moves.wait(30.0))
    for t in range(50):
        recorder.on_odometry(0.1 * t, np.zeros(7), np.zeros(6), now=100.0)
    recording = recorder.recording
    waiting = recording.queued_bytes
    assert status_message(recorder, '', 100.0, Time()).warnings == [
        '31 commands and other rows dropped: the disk or the processor is too slow'
    ]
    assert recording.drops.late == {'front': 0, 'commands and other rows': 31}
    disk_moves.set()
    with Episode(recorder.stop('', '', stamp=9.0).path) as episode:
        assert len(episode.odometry['stamp']) + recording.drops.rows == 50
        assert (9.0, 'dropped', '31 commands and other rows dropped') in episode.events
        np.testing.assert_array_equal(episode.odometry['stamp'], 0.1 * np.arange(19))
    assert waiting == 20 * ROW_BYTES


def test_an_error_of_any_kind_ends_the_episode_and_everything_that_came_is_counted(tmp_path):
    recorder = session(tmp_path)
    recorder.start('go', '', now=100.0)
    recorder.on_picture(picture(1), 1.0, now=100.0)
    recorder.on_odometry(1.0, np.zeros((2, 7)), np.zeros(6), now=100.0)  # two poses in one row
    for t in range(20):
        recorder.on_picture(picture(t), 2.0 + t, now=100.0)
    saved = recorder.stop('success', '', stamp=30.0)
    assert saved.outcome == 'unknown'
    assert saved.reason.startswith('writing failed: ')
    assert (saved.frames, saved.dropped) == (1, 20)
    with Episode(saved.path) as episode:
        assert len(episode) == 1
