# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0

import time

from builtin_interfaces.msg import Time
import numpy as np
import pytest

from mobile_vla_core.episodes import EpisodeWriter
from mobile_vla_core.errors import EpisodeError
from mobile_vla_core.picture import Picture
from mobile_vla_recorder.plan.collection_plan import CollectionPlan, PlannedScenario
from mobile_vla_recorder.recording.session import RecordingSession
from mobile_vla_recorder.recording.session_config import CameraTopic, SessionConfig
from mobile_vla_recorder.status_message import status_message

CAMERAS = (CameraTopic('front', 'front/image'), CameraTopic('rear', 'rear/image'))
PICTURE = Picture(np.zeros((24, 32, 3), dtype=np.uint8).tobytes(), 'rgb8', 24, 32, 96, 1.0)


def test_the_status_counts_and_warns_per_camera(tmp_path):
    config = SessionConfig(
        tmp_path, CAMERAS, queue_bytes=1, minimum_free_bytes=0, require_commands=False
    )
    session = RecordingSession(config)
    for name in session.cameras:
        session.on_picture(PICTURE, 1.0, 100.0, name)
    idle = status_message(session, 'hello', 100.0, Time(sec=7))
    assert (idle.state, idle.message, idle.header.stamp.sec) == ('idle', 'hello', 7)
    assert idle.camera_names == ['front', 'rear']
    assert list(idle.camera_frames) == [0, 0]

    assert idle.warnings == []

    path = session.start('go', 'hall', 100.0)
    session.on_picture(PICTURE, 1.0, 100.0, 'rear')
    status = status_message(session, '', 102.0, Time())
    assert (status.state, status.episode, status.seconds) == ('recording', str(path), 2.0)
    assert (status.instruction, status.scenario) == ('go', 'hall')
    assert (status.dropped, list(status.camera_dropped)) == (1, [0, 1])
    assert status.warnings == ['rear: 1 pictures dropped: the disk or the processor is too slow']
    session.stop('', '', 3.0)


def test_an_idle_recorder_warns_of_what_a_start_would_be_refused_for(tmp_path):
    session = RecordingSession(SessionConfig(tmp_path, CAMERAS, minimum_free_bytes=0))

    def warnings(now):
        return list(status_message(session, '', now, Time()).warnings)

    (warning,) = warnings(100.0)
    assert warning.startswith('no picture came on front/image for 2 s')
    for name in session.cameras:
        session.on_picture(PICTURE, 1.0, 100.0, name)
    (warning,) = warnings(100.0)
    assert warning.startswith('no command came on cmd_vel for 2 s')
    with pytest.raises(EpisodeError) as refused:
        session.start('go', '', 100.0)
    assert str(refused.value) == warning
    session.driven = True
    assert warnings(100.0) == []
    assert warnings(103.0)[0].startswith('no picture came on front/image')


def test_the_status_tells_how_far_the_plan_is_once_the_folder_is_read(tmp_path):
    plan = CollectionPlan(
        (PlannedScenario('left', 2, ('go',), 0.0), PlannedScenario('right', 1, ('go',), 0.0))
    )
    EpisodeWriter(tmp_path, instruction='go', scenario='left').close('success')
    session = RecordingSession(SessionConfig(tmp_path, CAMERAS, plan=plan))
    end = time.monotonic() + 20.0
    while session.progress is None:
        assert time.monotonic() < end
        time.sleep(0.005)
    status = status_message(session, '', 100.0, Time())
    assert status.plan_scenarios == ['left', 'right']
    assert (list(status.plan_recorded), list(status.plan_target)) == ([1, 0], [2, 1])
    assert status.plan_next == 'left'
    session.close()


def test_without_a_plan_the_status_tells_none(tmp_path):
    status = status_message(RecordingSession(SessionConfig(tmp_path)), '', 100.0, Time())
    assert (status.plan_scenarios, list(status.plan_target), status.plan_next) == ([], [], '')
