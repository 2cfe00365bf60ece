# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""Tests for trials.py; test_end_to_end.py drives with the same TrialDriver."""

from itertools import islice

import pytest

from mobile_vla_sim.trial import held_out_trials, TrialResult
from mobile_vla_sim.trials import main, sentence, trials


def result(outcome):
    return TrialResult(
        trial=held_out_trials(1)[0],
        instruction='go left',
        outcome=outcome,
        sides=[1],
        seconds=4.56,
        distance=0.2,
        min_clearance=0.345,
        cup=(2.0, 0.0),
        boxes=[],
        path=[(0.0, 0.0)],
        reasons=['not armed: call ~/arm'],
    )


def test_the_scenes_are_those_of_the_evaluation_from_the_first_that_is_asked_for():
    assert list(trials(0, 9, swap=False)) == held_out_trials(9)
    assert list(trials(5, 2, swap=False)) == held_out_trials(7)[5:]


def test_swapped_scenes_are_asked_to_be_passed_on_the_other_side():
    asked = list(trials(0, 8, swap=True))
    assert asked == [trial.swapped for trial in held_out_trials(8)]


def test_none_is_the_last_when_no_number_is_given():
    assert len(list(islice(trials(0, 0, swap=False), 100))) == 100


def test_a_drive_is_told_in_one_line_with_what_was_asked_and_how_it_ended():
    told = sentence(3, result('success'))
    assert '   3  1box_vert_left  "go left": success after 4.6 s, 0.34 m' in told
    assert 'not armed' not in told, 'every drive begins so'


def test_a_drive_that_failed_is_told_with_what_held_the_policy():
    assert '(the policy held still: not armed: call ~/arm)' in sentence(1, result('timeout'))


@pytest.mark.parametrize('given', ['--episodes=-1', '--first=-1'])
def test_a_number_below_zero_is_refused_before_anything_is_waited_for(given, capsys):
    assert main(['trials', given]) == 1
    said = capsys.readouterr().err
    assert said.startswith('trials: ')
    assert len(said.splitlines()) == 1
