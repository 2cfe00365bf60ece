# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""Tests for report.py and verdict.py."""

import numpy as np
import pytest

from mobile_vla_train.validation.baselines import BaselineReference, ReferenceEpisode, repeat_last
from mobile_vla_train.validation.metrics import EpisodePredictions, OpenLoopMetrics
from mobile_vla_train.validation.report import format_report
from mobile_vla_train.validation.verdict import verdicts

LENGTH = 12
SPEED = np.sin(np.arange(LENGTH) * 2.0).astype(np.float32)


def drive(shift=0.0):
    actions = np.zeros((LENGTH, 1, 4), np.float32)
    actions[:, 0, 0] = 0.5 + 0.3 * SPEED
    actions[:, 0, 1] = 0.4 * np.roll(SPEED, 3) + shift
    return actions


REFERENCE = BaselineReference(
    [ReferenceEpisode('e', 'box_left', 'go left', drive(0.1)[:, 0])], 0.1
)


def summary(predicted, swapped, episodes=6, text='go left', scenario='box_left'):
    metrics = OpenLoopMetrics(REFERENCE)
    valid = np.ones((LENGTH, 1), bool)
    for number in range(episodes):
        metrics.add(
            EpisodePredictions(scenario, predicted, swapped, drive(), valid, f'f{number}', text)
        )
    return metrics.summary()


GOOD = drive(), drive() * [1, -1, -1, 1]


def test_a_good_policy_gets_no_verdict():
    assert verdicts(summary(*GOOD)) == []


def test_a_policy_that_ignores_the_instruction_is_told_so():
    assert verdicts(summary(drive(), drive())) == [
        'The instruction is ignored (moved 0.00 when left and right swap).'
    ]


def test_a_policy_that_moves_to_the_wrong_side_is_told_so():
    (sentence,) = verdicts(summary(drive(), drive(-0.05)))
    assert sentence == 'The commanded side follows the instruction in only 0 of 6 episodes.'


def test_a_policy_no_better_than_a_trivial_one_is_told_which():
    held = repeat_last(drive())
    sentences = verdicts(summary(held, GOOD[1]))
    assert any(s.startswith('No better than repeating the last command') for s in sentences)
    replayed = verdicts(summary(drive(0.1), GOOD[1]))
    assert any('replaying a training episode in linear_y (0.100' in s for s in replayed)


def test_always_the_same_command_is_called_that():
    constant = np.broadcast_to(REFERENCE.mean, (LENGTH, 1, 4)).copy()
    sentences = verdicts(summary(constant, GOOD[1]))
    assert 'Nearly the same linear_x and linear_y is predicted everywhere.' in sentences
    assert any('constant mean command in linear_x' in s for s in sentences)


def test_little_or_foreign_validation_data_is_said():
    sentences = verdicts(summary(*GOOD, episodes=2, text='new', scenario='box_right'))
    assert 'Only 2 episodes were scored: take the figures as examples.' in sentences
    assert 'Trained on but not scored: box_left.' in sentences
    assert any('2 episodes are of no scenario and instruction' in s for s in sentences)


def test_instructions_without_a_side_leave_following_unknown():
    assert 'is unknown' in verdicts(summary(drive(), None))[0]


@pytest.mark.parametrize('swapped', [drive(), GOOD[1]])
def test_the_report_shows_policy_baselines_scenarios_swap_and_verdicts(swapped):
    report = format_report(
        {'step': 7, 'validation_loss': 0.1, 'validation': summary(drive(), swapped)}
    )
    for part in (
        'at step 7: 6 episodes, 72 frames',
        'constant mean',
        'repeat last command',
        'nearest in time',
        '  box_left',
        'moved by swapped sides',
        'side follows',
    ):
        assert part in report
    assert ('- The instruction is ignored' in report) == (swapped is not GOOD[1])
    assert max(len(line) for line in report.splitlines()) <= 79
