# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""Tests for trial.py, score.py and path_plot.py."""

import json

import cv2
import pytest

from mobile_vla_sim.path_plot import plot_paths
from mobile_vla_sim.scenario import SCENARIOS
from mobile_vla_sim.score import score, wilson_interval
from mobile_vla_sim.trial import BoxOutline, HELD_OUT_SEED, held_out_trials, Trial, TrialResult


def result(trial: Trial, outcome: str, sides: list[int]) -> TrialResult:
    return TrialResult(
        trial=trial,
        instruction='go',
        outcome=outcome,
        sides=sides,
        seconds=5.0,
        distance=0.3,
        min_clearance=0.1,
        cup=(2.5, 0.2),
        boxes=[BoxOutline(1.2, 0.0, 0.3, 0.3, 0.4)],
        path=[(0.0, 0.0), (1.0, 0.6), (2.3, 0.2)],
    )


def test_trials_cover_the_scenarios_evenly_with_seeds_of_their_own():
    trials = held_out_trials(24)
    assert [sum(t.scenario == name for t in trials) for name in SCENARIOS] == [3] * 8
    assert len({t.seed for t in trials}) == 24
    assert min(t.seed for t in trials) == HELD_OUT_SEED


def test_swapping_keeps_the_scene_and_asks_for_the_other_side():
    trial = Trial('2box_hori_left', 7)
    assert trial.swapped == Trial('2box_hori_right', 7)
    assert trial.swapped.swapped == trial


@pytest.mark.parametrize(
    ('scenario', 'sides', 'followed'),
    [
        ('1box_vert_left', [1], True),
        ('1box_vert_right', [1], False),
        ('2box_vert_right', [-1, -1], True),
        ('2box_vert_right', [-1, 1], False),
        ('2box_vert_right', [-1, 0], False),
    ],
)
def test_a_side_is_followed_when_every_box_was_passed_on_it(scenario, sides, followed):
    assert result(Trial(scenario, 0), 'success', sides).followed_side is followed


def test_rates_are_counted_in_total_and_per_scenario():
    left, right = Trial('1box_vert_left', 0), Trial('1box_vert_right', 1)
    rates = score(
        [
            result(left, 'success', [1]),
            result(left, 'collision', [0]),
            result(right, 'wrong_side', [1]),
            result(right, 'success', [-1]),
        ]
    )
    assert rates['episodes'] == 4
    assert rates['success_rate'] == 0.5
    assert rates['collision_rate'] == 0.25
    assert rates['side_followed'] == 0.5
    assert rates['per_scenario']['1box_vert_left']['collision_rate'] == 0.5
    assert rates['outcomes'] == {'success': 2, 'collision': 1, 'wrong_side': 1}


def test_no_trials_give_no_rate_and_the_widest_interval():
    assert score([])['episodes'] == 0
    assert score([])['success_interval_95'] == [0.0, 1.0]


@pytest.mark.parametrize(
    # Values of scipy.stats.binomtest(k, n).proportion_ci(method='wilson'), scipy 1.x.
    ('successes', 'trials', 'low', 'high'),
    [(48, 48, 0.9259, 1.0), (43, 48, 0.7783, 0.9547), (0, 10, 0.0, 0.2775)],
)
def test_the_interval_is_wilsons(successes, trials, low, high):
    assert wilson_interval(successes, trials) == pytest.approx((low, high), abs=1e-4)


def test_the_picture_shows_every_path(tmp_path):
    trials = held_out_trials(8)
    driven = [result(trial, 'success', [1]) for trial in trials]
    failed = [result(trial.swapped, 'collision', [0]) for trial in trials]
    plot_paths(driven, failed, 'a title', tmp_path / 'paths.png')
    picture = cv2.imread(str(tmp_path / 'paths.png'))
    assert picture.shape[0] > 800
    green = (picture == (0x77, 0x9E, 0x1B)).all(axis=2)
    red = (picture == (0x3D, 0x26, 0xD7)).all(axis=2)
    half = len(picture) // 2
    assert green[:half].sum() > 10 * green[half : len(picture) * 95 // 100].sum()
    assert red[half:].sum() > 10 * red[:half].sum()


def test_a_result_is_plain_json():
    content = json.loads(json.dumps(result(Trial('1box_vert_left', 0), 'success', [1]).to_dict()))
    assert content['trial'] == {'scenario': '1box_vert_left', 'seed': 0}
    assert content['path'][1] == [1.0, 0.6]
