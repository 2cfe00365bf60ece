# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""Tests for teleop/recorder_client.py: the messages as teleoperation sees them."""

import pytest
from std_srvs.srv import Trigger

from mobile_vla_msgs.msg import RecorderStatus
from mobile_vla_msgs.srv import RelabelEpisode, StartEpisode, StopEpisode
from mobile_vla_recorder.teleop.recorder_client import (
    recorder_answer,
    recorder_state,
    service_request,
)
from mobile_vla_recorder.teleop.recorder_state import PlanCount
from mobile_vla_recorder.teleop.request import Answer, Request, Service


def test_a_status_becomes_a_state_with_its_plan():
    status = RecorderStatus(
        episode='/data/one.h5.part',
        seconds=2.0,
        warnings=['black'],
        camera_rate=[10.0],
        plan_scenarios=['left', 'right'],
        plan_recorded=[1, 0],
        plan_target=[2, 3],
        plan_next='right',
    )
    state = recorder_state(status, 100.0)
    assert (state.recording, state.seconds_at(101.0)) == (True, 3.0)
    assert (state.warnings, state.rates) == (('black',), (10.0,))
    assert state.plan == PlanCount({'left': 1, 'right': 0}, {'left': 2, 'right': 3}, 'right')


def test_a_recorder_that_saves_is_seen_with_what_is_left():
    status = RecorderStatus(state='saving', episode='/data/one.h5.part', queued_frames=340)
    state = recorder_state(status, 100.0)
    assert (state.recording, state.saving, state.left) == (True, True, 340)
    assert not recorder_state(RecorderStatus(state='recording'), 100.0).saving


@pytest.mark.parametrize('recorded', [[], [1, 2]])
def test_a_plan_that_is_not_counted_or_not_whole_is_none(recorded):
    status = RecorderStatus(plan_scenarios=['left'], plan_recorded=recorded, plan_target=[2])
    assert recorder_state(status, 1.0).plan is None


def test_every_response_becomes_an_answer():
    stopped = StopEpisode.Response(
        success=True, path='/a.h5', frames=5, quality=0.5, findings=['black']
    )
    assert recorder_answer(stopped) == Answer(True, '', '/a.h5', 5, 0.5, ('black',))
    assert recorder_answer(Trigger.Response(message='nothing')) == Answer(False, 'nothing')


def test_a_request_fills_the_fields_that_its_service_has():
    request = Request(Service.START, instruction='go', scenario='hall')
    assert service_request(request) == StartEpisode.Request(instruction='go', scenario='hall')
    request = Request(Service.STOP, outcome='success', reason='done')
    assert service_request(request) == StopEpisode.Request(outcome='success', reason='done')
    request = Request(Service.RELABEL, outcome='failure')
    assert service_request(request) == RelabelEpisode.Request(outcome='failure')
    for service in (Service.DISCARD, Service.UNDO):
        assert service_request(Request(service)) == Trigger.Request()
