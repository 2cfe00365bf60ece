# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""Tests for run_journal.py, with a real run log."""

import json

import numpy as np
from policy_rig import PICTURE
import pytest

from mobile_vla_core.action_space import ActionType
from mobile_vla_core.episodes import Episode, find_episodes
from mobile_vla_core.picture import Picture
from mobile_vla_core.safety import StopReason
from mobile_vla_policy.decision import Decision
from mobile_vla_policy.prediction import Prediction
from mobile_vla_policy.run_journal import RunJournal
from mobile_vla_policy.run_log import RunLog
from mobile_vla_policy.tick import Tick

HEIGHT, WIDTH = PICTURE.shape[:2]
RAW = Picture(memoryview(PICTURE.tobytes()), 'rgb8', HEIGHT, WIDTH, 3 * WIDTH)
MOVING = Decision(np.float32([0.5, 0.0, 0.25]), ActionType.MOVEMENT, image_age=0.05, chunk_age=0.1)
VELOCITY = np.float32([0.5, 0.0, 0.25])
PREDICTION = Prediction(VELOCITY, ActionType.MOVEMENT, 0.1, 12.5)
FRESH = Decision(VELOCITY, ActionType.MOVEMENT, fresh=True, predictions=(PREDICTION,))


def stale(age):
    return Decision(reason=StopReason.STALE_IMAGE, sentence=f'{age:.2f} s old')


@pytest.fixture
def keep(tmp_path):
    """Return a function that journals ticks and gives the episode back."""

    def journal(ticks, *, shadow=False, human=()):
        log = RunLog(tmp_path, 90, {}, pytest.fail)
        journal = RunJournal(log, shadow=shadow)
        journal.human((9.0, 0.0, 0.0), 99.0)
        journal.activate('go left', 100.0)
        log.frame(RAW, 100.0, 100.0)
        for tick in ticks:
            journal.watch(tick)
        for stamp, velocity in human:
            journal.human(velocity, stamp)
        journal.deactivate(200.0)
        log.close()
        (path,) = find_episodes(tmp_path)
        return Episode(path)

    return journal


def kinds(episode):
    return [(kind, text) for _, kind, text in episode.events if kind != 'outcome']


def test_commands_are_kept_with_their_times_and_types(keep):
    ticks = [Tick(100.0 + 0.05 * step, MOVING, MOVING, 'policy') for step in range(3)]
    with keep(ticks) as episode:
        np.testing.assert_allclose(episode.commands['stamp'], [100.0, 100.05, 100.1])
        np.testing.assert_array_equal(episode.commands['twist'], [[0.5, 0.0, 0.25]] * 3)
        np.testing.assert_array_equal(episode.commands['action_type'], [0] * 3)
        assert episode.ending == ('unknown', 'deactivated')


def test_a_stop_is_one_event_however_its_sentence_changes(keep):
    ticks = [Tick(100.0 + step, stale(step), stale(step), '') for step in range(1, 4)]
    ticks.insert(0, Tick(100.0, MOVING, MOVING, 'policy'))
    ticks.append(Tick(105.0, MOVING, MOVING, 'policy'))
    with keep(ticks) as episode:
        assert kinds(episode) == [
            ('driving', 'the policy drives'),
            ('stopped', '1.00 s old'),
            ('driving', 'the policy drives'),
        ]


def test_a_takeover_is_an_event_and_its_commands_are_the_humans(keep):
    human = Decision(np.float32([-0.25, 0.0, 0.0]), ActionType.MOVEMENT)
    ticks = [Tick(100.0, MOVING, human, 'human'), Tick(100.1, MOVING, human, 'human')]
    with keep(ticks) as episode:
        assert kinds(episode) == [('takeover', 'the human drives')]
        np.testing.assert_array_equal(episode.actions[:, 0], [-0.25])


def test_each_prediction_is_an_event_with_its_ages(keep):
    ticks = [Tick(100.0, FRESH, FRESH, 'policy'), Tick(100.05, MOVING, MOVING, 'policy')]
    with keep(ticks) as episode:
        (text,) = [text for kind, text in kinds(episode) if kind == 'prediction']
    prediction = json.loads(text)
    assert (prediction['chunk_age'], prediction['inference_ms']) == (0.1, 12.5)
    assert prediction['velocity'] == [0.5, 0.0, 0.25]


def test_in_shadow_mode_the_commands_are_those_of_the_human(keep):
    ticks = [Tick(100.0, FRESH, FRESH, 'human')]
    commands = [(100.0, (0.125, 0.0, 0.0)), (100.1, (float('nan'), 0.0, 0.0))]
    with keep(ticks, shadow=True, human=commands) as episode:
        np.testing.assert_array_equal(episode.commands['twist'], [[0.125, 0.0, 0.0]])
        np.testing.assert_array_equal(episode.commands['action_type'], [-1])
        assert 'prediction' in [kind for kind, _ in kinds(episode)]
