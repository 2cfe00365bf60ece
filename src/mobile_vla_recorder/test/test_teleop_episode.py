# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""Tests for teleop_episode.py."""

from dataclasses import replace

import pytest

from mobile_vla_recorder.collection_plan import CollectionPlan, PlannedScenario
from mobile_vla_recorder.collection_plan_progress import PlanProgress
from mobile_vla_recorder.teleop_episode import (
    ANSWER_TIMEOUT,
    RecorderState,
    Request,
    Service,
    START_DELAY,
    STATUS_TIMEOUT,
    TeleopEpisode,
)

IDLE = RecorderState(received=100.0)
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
    return TeleopEpisode(PlanProgress(plan, {}), recorder=IDLE)


def running(episode: TeleopEpisode) -> TeleopEpisode:
    episode.recorder = IDLE
    episode.start(100.0)
    request = episode.due(100.0 + START_DELAY)
    episode.on_answer(request, True, '', RUNNING.episode, 0)
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
    episode.on_answer(episode.due(101.0), False, 'no picture came', '', 0)
    assert episode.message == 'refused: no picture came'
    assert not episode.active(101.0)


@pytest.mark.parametrize('outcome', ['success', 'failure'])
def test_save_stops_with_the_outcome_and_counts_all_but_failures(episode, outcome):
    request = running(episode).save(outcome, 100.5)
    assert (request.service, request.outcome) == (Service.STOP, outcome)
    episode.on_answer(request, True, '', '/data/one.h5', 55)
    assert episode.message == f'saved as {outcome}: one.h5, 55 frames'
    assert episode.progress.count(0) == (outcome == 'success')


def test_an_episode_that_is_too_short_is_discarded_and_said_so(episode):
    running(episode).recorder = replace(RUNNING, seconds=1.0)
    request = episode.save('success', 100.5)
    assert request.service is Service.DISCARD
    episode.on_answer(request, True, 'one.h5.part discarded', '', 0)
    assert episode.message == ('the episode was discarded: it lasted 1.5 s, the plan asks for 3 s')
    assert episode.progress.done == 0


def test_without_a_plan_every_length_is_kept_and_an_instruction_is_needed():
    episode = TeleopEpisode(recorder=IDLE)
    episode.start(100.0)
    assert 'no instruction: start teleop with plan' in episode.message
    assert episode.due(101.0) is None
    episode.instruction, episode.scenario = 'go', 'hall'
    episode.start(100.0)
    assert episode.due(101.0) == Request(Service.START, instruction='go', scenario='hall')
    episode.on_answer(Request(Service.START), True, '', '', 0)
    episode.recorder = replace(RUNNING, seconds=0.1)
    assert episode.save('success', 100.0).service is Service.STOP
    episode.choose(0, 100.0)
    assert 'no plan' in episode.message


def test_keys_that_make_no_sense_now_ask_nothing_and_say_why(episode):
    assert episode.save('success', 100.0) is None
    assert 'no episode is being recorded: N starts one' in episode.message
    running(episode).start(100.0)
    assert 'M saves it, X discards it' in episode.message
    assert episode.due(101.0) is None
    episode.choose(1, 100.0)
    assert 'choose the next scenario after it' in episode.message
    assert episode.progress.selected == 0


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


def test_only_an_episode_of_ones_own_is_kept_at_the_end(episode):
    episode.recorder = RUNNING
    assert episode.abandon('gone', 100.0) is None
    request = running(episode).abandon('gone', 100.0)
    assert (request.service, request.outcome, request.reason) == (Service.STOP, 'unknown', 'gone')


def test_numbers_choose_a_scenario_and_zero_the_suggestion(episode):
    episode.choose(1, 100.0)
    assert episode.message == 'next: right'
    episode.choose(None, 100.0)
    assert (episode.progress.selected, episode.message) == (0, 'next: left')
    episode.choose(7, 100.0)
    assert episode.message == 'the plan has scenarios 1 to 2'
    for scenario in ('left', 'left', 'right', 'right'):
        episode.progress.add(scenario, 'success')
    episode.choose(None, 100.0)
    assert episode.message == 'the plan is complete'


def test_an_episode_that_the_recorder_ends_by_itself_is_counted_and_its_reason_shown(episode):
    running(episode).on_state(replace(IDLE, message='one.h5 was stopped and kept: time limit'))
    assert episode.message == 'one.h5 was stopped and kept: time limit'
    assert episode.progress.count(0) == 1
    running(episode).on_state(IDLE)
    assert 'ended by somebody else' in episode.message
    assert episode.progress.count(0) == 1


def test_the_status_that_follows_ones_own_save_is_no_surprise(episode):
    request = running(episode).save('success', 100.5)
    episode.on_state(IDLE)
    episode.on_answer(request, True, 'quality 97 %', '/data/one.h5', 55)
    assert episode.message == 'saved as success: one.h5, 55 frames; quality 97 %'
    assert episode.progress.count(0) == 1
