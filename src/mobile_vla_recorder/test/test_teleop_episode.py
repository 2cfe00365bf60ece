# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""Tests for teleop/episode.py."""

from dataclasses import replace

import pytest

from mobile_vla_recorder.plan.collection_plan import CollectionPlan, PlannedScenario
from mobile_vla_recorder.teleop.episode import ANSWER_TIMEOUT, START_DELAY, TeleopEpisode
from mobile_vla_recorder.teleop.key_map import (
    DISCARD,
    SAVE,
    SAVE_FAILURE,
    START,
    UNDO,
    WAS_FAILURE,
    WAS_SCENARIO,
    WAS_SUCCESS,
)
from mobile_vla_recorder.teleop.plan import TeleopPlan
from mobile_vla_recorder.teleop.recorder_state import PlanCount, RecorderState, STATUS_TIMEOUT
from mobile_vla_recorder.teleop.request import Answer, Request, Service

COUNT = PlanCount({'left': 0, 'right': 0}, {'left': 2, 'right': 2}, 'left')
DONE = Answer(True)

IDLE = RecorderState(plan=COUNT, received=100.0)
RUNNING = replace(
    IDLE, recording=True, scenario='left', episode='/data/one.h5.part', seconds=5.0, frames=50
)


@pytest.fixture
def episode() -> TeleopEpisode:
    plan = CollectionPlan(
        (
            PlannedScenario('left', 2, ('go left', 'left please'), 3.0),
            PlannedScenario('right', 2, ('go right',), 3.0),
        )
    )
    episode = TeleopEpisode(TeleopPlan(plan))
    episode.on_state(IDLE)
    return episode


def running(episode: TeleopEpisode) -> TeleopEpisode:
    episode.recorder = IDLE
    episode.start(100.0)
    request = episode.due(100.0 + START_DELAY)
    episode.on_answer(request, Answer(True, path=RUNNING.episode))
    episode.recorder = RUNNING
    return episode


def test_start_asks_after_zeros_have_been_sent_for_a_moment(episode):
    episode.start(100.0)
    assert episode.active(100.0)
    assert episode.due(100.1) is None
    request = episode.due(100.0 + START_DELAY)
    assert request == Request(Service.START, instruction='go left', scenario='left')
    assert episode.due(100.0 + 2 * START_DELAY) is None


def test_a_refusal_is_shown_in_the_words_of_the_recorder(episode):
    episode.start(100.0)
    episode.on_answer(episode.due(101.0), Answer(False, 'no picture came'))
    assert episode.message == 'refused: no picture came'
    assert not episode.active(101.0)


@pytest.mark.parametrize(('key', 'outcome'), [(SAVE, 'success'), (SAVE_FAILURE, 'failure')])
def test_save_stops_with_the_outcome_and_shows_the_quality(episode, key, outcome):
    request = running(episode).press(key, 100.5)
    assert (request.service, request.outcome) == (Service.STOP, outcome)
    found = ('front: 3 of 58 pictures were lost', 'front: the picture is black')
    episode.on_answer(request, Answer(True, '', '/data/one.h5', 55, 0.97, found))
    assert episode.message == (
        f'saved as {outcome}, quality 97 %, 55 frames: one.h5; '
        'front: 3 of 58 pictures were lost; front: the picture is black'
    )


def test_an_episode_that_the_recorder_discards_at_the_stop_is_over_and_said_so(episode):
    request = running(episode).press(SAVE, 100.5)
    text = 'one.h5 is discarded, undo brings it back: it lasted 1.0 s, the plan asks for 3 s'
    episode.on_answer(request, Answer(False, text))
    episode.on_state(replace(IDLE, message=text))
    assert episode.message == text
    assert not episode.active(100.5)


def test_without_a_plan_an_instruction_is_needed():
    episode = TeleopEpisode(recorder=IDLE)
    episode.start(100.0)
    assert 'no instruction: start teleop with plan' in episode.message
    assert episode.due(101.0) is None
    episode.instruction, episode.scenario = 'go', 'hall'
    episode.start(100.0)
    assert episode.due(101.0) == Request(Service.START, instruction='go', scenario='hall')
    episode.on_answer(Request(Service.START), DONE)
    episode.choose(0, 100.0)
    assert 'no plan' in episode.message
    assert episode.press(WAS_SCENARIO, 100.0) is None
    assert 'no plan, so no other scenario' in episode.message


def test_keys_that_make_no_sense_now_ask_nothing_and_say_why(episode):
    assert episode.save('success', 100.0) is None
    assert 'no episode is being recorded: N starts one' in episode.message
    running(episode).start(100.0)
    assert 'M saves it, X discards it' in episode.message
    assert episode.due(101.0) is None
    episode.choose(1, 100.0)
    assert 'choose the next scenario after it' in episode.message
    assert episode.plan.selected == 0


def test_discard_before_the_start_was_asked_takes_it_back(episode):
    episode.start(100.0)
    assert episode.discard(100.1) is None
    assert episode.due(101.0) is None
    assert not episode.active(101.0)


def test_a_recorder_that_is_silent_counts_as_gone(episode):
    now = 100.0 + STATUS_TIMEOUT + 0.1
    episode.start(now)
    assert 'no recorder answers' in episode.message
    running(episode)
    assert not episode.active(now + ANSWER_TIMEOUT)
    assert episode.abandon('gone', now) is None


def test_while_an_answer_is_awaited_nothing_else_is_asked_until_it_is_given_up(episode):
    request = running(episode).discard(100.5)
    assert request.service is Service.DISCARD
    assert episode.save('success', 100.6) is None
    assert 'has not answered yet' in episode.message
    late = 100.6 + ANSWER_TIMEOUT
    episode.recorder = replace(RUNNING, received=late)
    assert episode.due(late) is None
    assert 'did not answer' in episode.message
    assert episode.discard(late) is not None


def test_an_answer_is_awaited_for_as_long_as_the_recorder_says_that_it_saves(episode):
    request = running(episode).save('success', 100.5)
    late = 100.5 + 2 * ANSWER_TIMEOUT
    episode.on_state(replace(RUNNING, saving=True, received=late))
    assert episode.due(late) is None
    assert not episode.active(late), 'zeros are of no use to it any more'
    assert episode.abandon('gone', late) is None
    for ask in (episode.start, episode.discard, lambda now: episode.amend(UNDO, now)):
        assert ask(late) is None
        assert episode.message == 'wait: the episode is being saved'
    episode.on_state(replace(IDLE, received=late))
    episode.on_answer(request, Answer(True, '', '/data/one.h5', 55))
    assert episode.message.startswith('saved as success')


def test_a_recorder_that_dies_while_it_saves_has_not_answered(episode):
    running(episode).save('success', 100.5)
    late = 100.5 + ANSWER_TIMEOUT
    episode.on_state(replace(RUNNING, saving=True, received=late))
    assert episode.due(late + STATUS_TIMEOUT) is None
    assert 'did not answer' not in episode.message
    episode.due(late + STATUS_TIMEOUT + 0.1)
    assert episode.message.startswith('the recorder ended, or hangs')


def test_an_episode_that_ends_by_itself_is_told_when_it_is_saved(episode):
    running(episode).on_state(replace(RUNNING, saving=True))
    assert episode.message == 'recording: go left'
    episode.on_state(replace(IDLE, message='one.h5 was stopped and kept: time limit'))
    assert episode.message == 'one.h5 was stopped and kept: time limit'


def test_only_an_episode_of_ones_own_is_kept_at_the_end(episode):
    episode.recorder = RUNNING
    assert episode.abandon('gone', 100.0) is None
    request = running(episode).abandon('gone', 100.0)
    assert (request.service, request.outcome, request.reason) == (Service.STOP, 'unknown', 'gone')


def test_an_episode_of_somebody_else_gets_no_zeros_from_here(episode):
    episode.on_state(RUNNING)
    assert not episode.active(100.0)
    assert episode.press(DISCARD, 100.0).service is Service.DISCARD, 'but it can be ended'


def test_numbers_choose_a_scenario_and_zero_the_suggestion(episode):
    episode.press('2', 100.0)
    assert episode.message == 'next: right'
    episode.press('0', 100.0)
    assert (episode.plan.selected, episode.message) == (0, 'next: left')
    episode.press('8', 100.0)
    assert episode.message == 'the plan has scenarios 1 to 2'
    episode.on_state(replace(IDLE, plan=replace(COUNT, suggested='')))
    episode.press('0', 100.0)
    assert episode.message == 'the plan is complete'
    episode.on_state(replace(IDLE, plan=None))
    episode.press('0', 100.0)
    assert 'start the recorder with the same plan' in episode.message


def test_an_episode_that_the_recorder_ends_by_itself_is_told_with_its_reason(episode):
    running(episode).on_state(replace(IDLE, message='one.h5 was stopped and kept: time limit'))
    assert episode.message == 'one.h5 was stopped and kept: time limit'
    running(episode).on_state(IDLE)
    assert 'ended by somebody else' in episode.message


def test_a_recorder_that_dies_in_an_episode_is_told_and_so_is_its_return(episode):
    gone = RUNNING.received + STATUS_TIMEOUT + 0.1
    running(episode).due(gone - 0.2)
    assert episode.message == 'recording: go left'
    episode.due(gone)
    assert episode.message.startswith('the recorder ended, or hangs: start it again')
    assert not episode.active(gone)
    episode.message = 'a later word'
    episode.due(gone + 1.0)
    assert episode.message == 'a later word', 'said once'
    episode.on_state(replace(IDLE, received=gone + 2.0))
    assert episode.message == 'the episode was ended when the recorder ended; it is back'
    episode.due(gone + 2.1)
    assert 'it is back' in episode.message


def test_a_recorder_that_only_hung_goes_on_with_the_episode(episode):
    gone = RUNNING.received + STATUS_TIMEOUT + 0.1
    running(episode).due(gone)
    episode.on_state(replace(RUNNING, received=gone + 1.0))
    assert episode.message == 'the recorder is back and goes on recording'
    assert episode.active(gone + 1.0)
    episode.on_state(replace(IDLE, received=gone + 2.0))
    assert 'ended by somebody else' in episode.message


def test_the_status_that_follows_ones_own_save_is_no_surprise(episode):
    request = running(episode).save('success', 100.5)
    episode.on_state(IDLE)
    episode.on_answer(request, Answer(True, '', '/data/one.h5', 55))
    episode.on_state(IDLE)
    assert episode.message.startswith('saved as success')


@pytest.mark.parametrize(
    ('key', 'request_', 'told'),
    [
        (WAS_SUCCESS, Request(Service.RELABEL, outcome='success'), 'one.h5 is now success'),
        (WAS_FAILURE, Request(Service.RELABEL, outcome='failure'), 'one.h5 is now failure'),
        (
            WAS_SCENARIO,
            Request(Service.RELABEL, 'go right', 'right'),
            'one.h5 is now right: go right',
        ),
        (UNDO, Request(Service.UNDO), 'undone: one.h5 is kept after all'),
    ],
)
def test_what_was_said_of_the_last_episode_can_be_changed_and_taken_back(
    episode, key, request_, told
):
    episode.press('2', 100.0)
    assert episode.press(key, 100.0) == request_
    message = 'one.h5 is kept after all' if key == UNDO else ''
    episode.on_answer(request_, Answer(True, message, '/data/one.h5'))
    assert episode.message == told
    episode.on_answer(episode.press(key, 100.1), Answer(False, 'nothing to undo'))
    assert episode.message == 'refused: nothing to undo'


@pytest.mark.parametrize('key', [UNDO, WAS_SUCCESS, WAS_FAILURE, WAS_SCENARIO])
def test_the_last_episode_is_left_alone_while_another_is_recorded(episode, key):
    assert running(episode).press(key, 100.5) is None
    assert 'end it with M or X first' in episode.message


def test_a_key_without_a_meaning_asks_for_the_english_keyboard(episode):
    assert episode.press('ㅈ', 100.0) is None
    assert "'ㅈ' means nothing here; is the keyboard set to English?" in episode.message
    assert episode.press(START, 100.0) is None
    assert episode.message == 'starting …'
