# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0

import json
import os
from pathlib import Path
import resource
import time

import numpy as np
import pytest

from mobile_vla_core.episodes import Episode, find_episodes, find_unfinished
from mobile_vla_core.episodes.relabel import Labels
from mobile_vla_core.errors import EpisodeError
from mobile_vla_core.picture import Picture
from mobile_vla_core.picture_quality import QualityLimits
from mobile_vla_recorder.plan.collection_plan import CollectionPlan, PlannedScenario
from mobile_vla_recorder.recording.episode_history import DISCARDED_FOLDER
from mobile_vla_recorder.recording.session import RecordingSession
from mobile_vla_recorder.recording.session_config import CameraTopic, SessionConfig

HEIGHT, WIDTH = 24, 32
RANDOM = np.random.default_rng(0)
HALF_LOST = 100 + 0.1 * np.array([0, 1, 4, 5, 6, 9, 12, 13, 17, 18])
TWO = (CameraTopic('front', 'front/image'), CameraTopic('rear', 'rear/image'))


def picture(stamp: float, height: int = HEIGHT, width: int = WIDTH) -> Picture:
    rgb = RANDOM.integers(60, 200, (height, width, 3), dtype=np.uint8)
    return Picture(rgb.tobytes(), 'rgb8', height, width, width * 3, stamp, 'camera')


def session(folder: Path, **changes) -> RecordingSession:
    """Return a session whose cameras and driver have been seen at 100 s."""
    found = RecordingSession(SessionConfig(folder, minimum_free_bytes=0, **changes))
    for name in found.cameras:
        found.on_picture(picture(1.0), 1.0, 100.0, name)
    found.on_command((0.0, 0.0, 0.0), 0.9, 0.9, now=100.0)
    return found


def film(recorder: RecordingSession, times, camera: str = '') -> None:
    for t in times:
        recorder.on_picture(picture(t), t, t, camera)


def test_the_time_limit_ends_an_episode_with_its_reason(tmp_path):
    recorder = session(tmp_path, time_limit=5.0)
    assert recorder.overdue(100.0) == ''
    recorder.start('go', '', now=100.0)
    film(recorder, 100 + 0.5 * np.arange(12))
    assert recorder.overdue(104.9) == ''
    reason = recorder.overdue(105.0)
    assert reason == 'the time limit of 5 s is reached'
    saved = recorder.stop('unknown', reason, stamp=105.0, by_itself=True)
    with Episode(saved.path) as episode:
        assert episode.ending == ('unknown', reason)
    with pytest.raises(EpisodeError, match='was stopped and kept: the time limit of 5 s'):
        recorder.stop('success', '', stamp=106.0)


def test_a_limit_given_at_the_start_comes_before_the_parameter(tmp_path):
    recorder = session(tmp_path, time_limit=5.0, camera_timeout=60.0)
    recorder.start('go', '', now=100.0, time_limit=2.0)
    assert recorder.overdue(102.0) == 'the time limit of 2 s is reached'
    recorder.stop('', '', stamp=102.0)
    recorder.start('go', '', now=102.0)
    assert recorder.overdue(104.5) == ''


def test_any_lost_camera_ends_the_episode(tmp_path):
    recorder = session(tmp_path, cameras=TWO)
    recorder.start('go', '', now=100.0)
    film(recorder, [101.0, 102.5], 'front')
    assert recorder.overdue(102.0) == ''
    assert recorder.overdue(102.6) == 'no picture came on rear/image for 2 s'


def test_after_a_hold_up_of_the_process_a_camera_has_its_time_anew(tmp_path):
    recorder = session(tmp_path)
    recorder.start('go', '', now=100.0)
    recorder.on_hold_up(105.0)
    assert recorder.overdue(106.9) == ''
    assert recorder.overdue(107.1) == 'no picture came on camera/image_raw for 2 s'


def test_a_camera_info_that_comes_after_the_start_is_in_the_episode(tmp_path):
    recorder = session(tmp_path)
    recorder.start('go', '', now=100.0)
    recorder.on_camera_info('front', '{"k": [1.0]}', 100.5)
    film(recorder, [100.6])
    with Episode(recorder.stop('', '', stamp=101.0).path) as episode:
        assert episode.camera_info() == '{"k": [1.0]}'
    film(recorder, [101.5])
    recorder.start('go', '', now=101.5)
    with Episode(recorder.stop('', '', stamp=102.0).path) as episode:
        assert episode.camera_attributes()['camera_info'] == '{"k": [1.0]}'


def test_joints_whose_names_come_after_the_start_are_said_to_be_missing(tmp_path):
    recorder = session(tmp_path)
    recorder.start('go', '', now=100.0)
    recorder.on_joint_state(100.1, ['left'], [0.1], [], [], now=100.1)
    recorder.on_joint_state(100.2, ['left'], [0.2], [], [], now=100.2)
    film(recorder, [100.3])
    saved = recorder.stop('', '', stamp=101.0)
    sentence = (
        '2 joint states are not stored: the names of the joints came only after the start; '
        'wait for joint_states before the next one'
    )
    assert sentence in saved.findings
    with Episode(saved.path) as episode:
        assert (101.0, 'dropped', sentence) in episode.events


def test_an_episode_whose_file_the_library_could_not_write_is_discarded_for_good(tmp_path):
    recorder = session(tmp_path)
    recorder.start('go', '', now=100.0)
    file = recorder.recording._writer._file
    os.dup2(os.open('/dev/full', os.O_RDWR), file.id.get_vfd_handle())
    film(recorder, [100.1])
    name = recorder.discard(stamp=101.0)
    assert name.endswith('.h5.part')
    assert find_unfinished(tmp_path) == []
    assert [path.name for path in (tmp_path / DISCARDED_FOLDER).iterdir()] == [name]
    recorder.history.undo(102.0)
    assert [path.name for path in find_unfinished(tmp_path)] == [name]
    with pytest.raises(EpisodeError, match='no episode was saved yet'):
        recorder.history.relabel(Labels(outcome='success'), 103.0)


def test_two_cameras_are_recorded_and_counted_apart(tmp_path):
    recorder = session(tmp_path, cameras=TWO, queue_bytes=10 * HEIGHT * WIDTH * 3)
    recorder.cameras['rear'].info = '{"k": [1.0]}'
    recorder.start('go', '', now=100.0)
    recorder.on_picture(picture(1.0, 400, 400), 1.0, 100.0, 'rear')  # too large for the queue
    for t in range(6):
        film(recorder, [100.0 + 0.1 * t], 'front')
        if t % 2:
            film(recorder, [100.0 + 0.1 * t], 'rear')
        while recorder.recording.queued_bytes:
            time.sleep(0.001)
    recording = recorder.recording
    assert recorder.rate('front', 100.5) == pytest.approx(10.0)
    assert recorder.rate('rear', 100.5) == pytest.approx(5.0)
    assert recorder.rate('rear', 110.0) == 0.0
    saved = recorder.stop('success', '', stamp=101.0)
    assert recording.camera_frames == {'front': 6, 'rear': 3}
    assert recording.drops.cameras == {'front': 0, 'rear': 1}
    assert (saved.frames, saved.dropped) == (9, 1)
    with Episode(saved.path) as episode:
        assert episode.cameras == ['front', 'rear']
        assert (episode.frames('front'), episode.frames('rear')) == (6, 3)
        assert episode.camera_attributes('rear')['topic'] == 'rear/image'
        assert json.loads(episode.camera_attributes('rear')['camera_info']) == {'k': [1.0]}
        assert (101.0, 'dropped', 'rear: 1 frames dropped') in episode.events


def test_start_names_the_camera_that_is_silent(tmp_path):
    recorder = session(tmp_path, cameras=TWO)
    film(recorder, [105.0], 'front')
    recorder.on_command((0.0, 0.0, 0.0), 1.0, 1.0, now=105.0)
    with pytest.raises(EpisodeError, match='no picture came on rear/image for 2 s: check'):
        recorder.start('go', '', now=105.0)


def test_imu_and_joint_states_are_recorded_by_name(tmp_path):
    recorder = session(tmp_path, metadata={'parameter.robot': 'r2', 'queue': 3})
    recorder.on_joint_state(1.0, ['left', 'right'], [0.1, 0.2], [], [], now=100.0)
    recorder.start('go', '', now=100.0)
    recorder.on_imu(1.0, (0, 0, 0, 1), (0, 0, 0.5), (0, 0, 9.8), now=100.0)
    recorder.on_joint_state(1.1, ['right', 'left'], [2.0, 1.0], [4.0, 3.0], [], now=100.0)
    recorder.on_joint_state(1.2, ['left'], [5.0], [], [], now=100.0)
    with Episode(recorder.stop('', '', stamp=2.0).path) as episode:
        assert episode.imu['angular_velocity'].tolist() == [[0, 0, 0.5]]
        assert episode.joint_names == ['left', 'right']
        joints = episode.joint_states
        np.testing.assert_equal(joints['position'], [[1.0, 2.0], [5.0, np.nan]])
        np.testing.assert_equal(joints['velocity'], [[3.0, 4.0], [np.nan, np.nan]])
        assert episode.metadata == {'parameter.robot': 'r2', 'queue': 3}


def test_the_pre_roll_is_recorded_first_and_never_twice(tmp_path):
    recorder = session(tmp_path, pre_roll=1.0)
    film(recorder, [100.2, 100.6, 101.0])
    recorder.on_command((0.5, 0.0, 0.0), 101.1, 101.1, now=101.1)
    recorder.start('go', '', now=101.3)
    film(recorder, [101.4])
    with Episode(recorder.stop('', '', stamp=102.0).path) as episode:
        assert episode.stamps().tolist() == [100.6, 101.0, 101.4]
        assert episode.commands['stamp'].tolist() == [101.1]
        assert episode.actions[:, 0].tolist() == [0.0, 0.5, 0.5]
    film(recorder, [102.1])
    recorder.start('go', '', now=102.2)
    with Episode(recorder.stop('', '', stamp=103.0).path) as episode:
        assert episode.stamps().tolist() == [102.1]


def test_the_pre_roll_holds_odometry_imu_and_joints_too(tmp_path):
    recorder = session(tmp_path, pre_roll=1.0)
    for t in (100.2, 100.6, 101.0):
        film(recorder, [t])
        recorder.on_odometry(t, np.zeros(7), np.zeros(6), now=t)
        recorder.on_imu(t, (0, 0, 0, 1), (0, 0, 0.5), (0, 0, 9.8), now=t)
        recorder.on_joint_state(t, ['left', 'right'], [t, 2.0], [], [], now=t)
    recorder.start('go', '', now=101.3)
    with Episode(recorder.stop('', '', stamp=102.0).path) as episode:
        for rows in (episode.odometry, episode.imu, episode.joint_states):
            assert rows['stamp'].tolist() == [100.6, 101.0]
        assert episode.joint_states['position'].tolist() == [[100.6, 2.0], [101.0, 2.0]]


def test_an_episode_below_the_minimum_quality_is_discarded_and_can_be_brought_back(tmp_path):
    limits = QualityLimits(expected_rate=10.0)
    recorder = session(tmp_path, quality=limits, minimum_quality=0.8)
    recorder.start('go', '', now=100.0)
    film(recorder, HALF_LOST)
    with pytest.raises(EpisodeError) as refused:
        recorder.stop('success', '', stamp=103.0)
    text = str(refused.value)
    assert 'is discarded, undo brings it back: quality 0.526 is below the minimum of 0.8' in text
    assert 'front: quality 0.526: 10 pictures written, 0 dropped, 9 lost' in text
    assert recorder.recording is None
    assert list(tmp_path.glob('*.h5')) == []
    undone = recorder.history.undo(104.0)
    assert 'is kept after all: outcome success, quality 53 %, 10 frames; front: 5.0 Hz' in undone
    assert 'it had been discarded by rule: quality 0.526 is below the minimum of 0.8' in undone
    with Episode(find_episodes(tmp_path)[0]) as episode:
        assert episode.outcome == 'success'
        assert any(kind == 'quality' and '9 lost' in text for _, kind, text in episode.events)


def test_a_good_episode_passes_the_minimum_quality(tmp_path):
    recorder = session(tmp_path, minimum_quality=0.99)
    recorder.start('go', '', now=100.0)
    film(recorder, 100 + 0.1 * np.arange(20))
    assert recorder.stop('success', '', stamp=103.0).frames == 20


PLAN = CollectionPlan((PlannedScenario('hall', 2, ('go',), 2.0),))


def test_an_episode_shorter_than_the_plan_asks_for_is_discarded_and_can_be_brought_back(tmp_path):
    recorder = session(tmp_path, plan=PLAN)
    recorder.start('go', 'hall', now=100.0)
    film(recorder, [101.0, 102.5])
    with pytest.raises(EpisodeError) as refused:
        recorder.stop('success', '', stamp=150.0)
    text = str(refused.value)
    name = text.split()[0]
    assert text == (
        f'{name} is discarded, undo brings it back: '
        f'it lasted 1.5 s, the plan asks for at least 2 s'
    )
    assert list(tmp_path.glob('*.h5')) == []
    recorder.history.undo(151.0)
    assert [path.name for path in find_episodes(tmp_path)] == [name]
    recorder.close()


def test_what_lasts_long_enough_or_is_not_planned_is_kept(tmp_path):
    recorder = session(tmp_path, plan=PLAN)
    recorder.start('go', 'hall', now=100.0)
    film(recorder, [101.0, 103.0])
    assert recorder.stop('success', '', stamp=150.0).frames == 2
    recorder.start('go', 'elsewhere', now=100.0)
    film(recorder, [101.0])
    assert recorder.stop('success', '', stamp=150.0).frames == 1
    recorder.close()


def test_the_pre_roll_does_not_make_an_episode_longer(tmp_path):
    recorder = session(tmp_path, plan=PLAN, pre_roll=10.0)
    film(recorder, [98.0, 101.0])
    recorder.start('go', 'hall', now=101.5)
    film(recorder, [102.0])
    with pytest.raises(EpisodeError, match=r'it lasted 0\.0 s, the plan asks for at least 2 s'):
        recorder.stop('success', '', stamp=150.0)
    recorder.close()


def test_a_short_episode_that_ended_by_itself_is_said_to_be_discarded(tmp_path):
    recorder = session(tmp_path, plan=PLAN, time_limit=1.0)
    recorder.start('go', 'hall', now=100.0)
    film(recorder, [100.5])
    reason = recorder.overdue(101.0)
    with pytest.raises(EpisodeError, match='is discarded'):
        recorder.stop('unknown', reason, stamp=101.0, by_itself=True)
    with pytest.raises(EpisodeError, match=r'no episode is being recorded.*is discarded, undo'):
        recorder.stop('success', '', stamp=102.0)
    recorder.close()


def test_a_saved_episode_tells_its_quality_and_what_was_wrong(tmp_path):
    recorder = session(tmp_path, quality=QualityLimits(expected_rate=10.0))
    recorder.start('go', '', now=100.0)
    film(recorder, HALF_LOST)
    saved = recorder.stop('success', '', stamp=103.0)
    assert saved.quality == pytest.approx(10 / 19)
    rate, lost = saved.findings
    assert rate == 'front: 5.0 Hz instead of 10 Hz'
    assert 'front: 9 of 19 pictures were lost before the recorder' in lost


def test_a_discarded_episode_can_be_brought_back(tmp_path):
    recorder = session(tmp_path)
    recorder.start('go', '', now=100.0)
    film(recorder, [100.1])
    name = recorder.discard(stamp=101.0)
    assert list(tmp_path.iterdir()) == [tmp_path / DISCARDED_FOLDER]
    undone = recorder.history.undo(102.0)
    assert undone == f'{name} is kept after all: outcome unknown, quality 100 %, 1 frames'
    assert [path.name for path in find_episodes(tmp_path)] == [name]


def test_a_full_disk_ends_the_episode_in_order_and_the_next_is_recorded(tmp_path):
    recorder = session(tmp_path)
    recorder.start('go', '', now=100.0)
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (10 * 1024 * 1024, limits[1]))
    try:
        deadline = time.monotonic() + 30
        while not recorder.overdue(100.0):
            assert time.monotonic() < deadline
            recorder.on_picture(picture(1.0, 240, 320), 1.0, 100.0)
            time.sleep(0.001)
        written = recorder.recording.frames
        saved = recorder.stop('success', 'arrived', stamp=101.0)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert saved.outcome == 'unknown'
    assert saved.reason == 'writing failed: File too large'
    assert saved.frames == written
    with Episode(saved.path) as episode:
        assert len(episode) == written > 0
        assert episode.ending == ('unknown', saved.reason)
        assert episode.image(written - 1).shape == (240, 320, 3)
    recorder.start('go', '', now=100.0)
    film(recorder, [100.1])
    assert recorder.stop('success', '', stamp=102.0).frames == 1
