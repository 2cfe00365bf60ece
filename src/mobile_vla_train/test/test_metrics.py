# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""Tests for metrics.py and report.py."""

import numpy as np
import pytest

from mobile_vla_train.validation.metrics import EpisodePredictions, mean_action, OpenLoopMetrics
from mobile_vla_train.validation.report import format_report

C = 2
MEAN = np.array([0.5, 0.0, 0.0, 0], dtype=np.float32)


def chunks(rows):
    """Return actions (T, 4) as chunks (T, C, 4) with the mask of those inside the episode."""
    rows = np.asarray(rows, dtype=np.float32)
    indices = np.arange(len(rows))[:, None] + np.arange(C)
    return rows[np.minimum(indices, len(rows) - 1)], indices < len(rows)


RECORDED = [[0.4, 0.2, 0.0, 0], [0.4, 0.0, 0.1, 0], [0.0, 0.0, 0.0, 2]]


def gather(offset=(0, 0, 0, 0), swapped=(0, 0, 0, 0), scenario='a', metrics=None):
    recorded, valid = chunks(RECORDED)
    metrics = metrics or OpenLoopMetrics(MEAN)
    predicted = recorded + np.asarray(offset, np.float32)
    metrics.add(EpisodePredictions(scenario, predicted, predicted + swapped, recorded, valid))
    return metrics


def test_a_perfect_policy_has_no_error_and_the_baselines_have_theirs():
    scores = gather().summary()['next']
    assert scores['policy']['mae_linear_x'] == 0.0
    assert scores['policy']['action_type_accuracy'] == 1.0
    assert scores['constant_mean']['mae_linear_x'] == pytest.approx((0.1 + 0.1 + 0.5) / 3)
    assert scores['constant_mean']['action_type_accuracy'] == pytest.approx(2 / 3)
    # Before the first command there is only STOP; then each row is compared with the one before.
    assert scores['repeat_last']['mae_linear_x'] == pytest.approx((0.4 + 0.0 + 0.4) / 3)
    assert scores['repeat_last']['mae_linear_y'] == pytest.approx((0.2 + 0.2 + 0.0) / 3)
    assert scores['repeat_last']['action_type_accuracy'] == pytest.approx(1 / 3)


def test_errors_are_in_physical_units_by_dimension():
    scores = gather(offset=(0.1, -0.2, 0.3, 0)).summary()['chunk']['policy']
    assert scores['mae_linear_x'] == pytest.approx(0.1, rel=1e-5)
    assert scores['mae_linear_y'] == pytest.approx(0.2, rel=1e-5)
    assert scores['mae_angular_z'] == pytest.approx(0.3, rel=1e-5)


def test_actions_past_the_end_are_not_scored():
    recorded, valid = chunks(RECORDED)
    predicted = recorded.copy()
    predicted[-1, 1] += 100.0
    metrics = OpenLoopMetrics(MEAN)
    metrics.add(EpisodePredictions('a', predicted, None, recorded, valid))
    assert metrics.summary()['chunk']['policy']['mae_linear_x'] == 0.0


def test_the_confusion_counts_recorded_types_by_row():
    recorded, valid = chunks(RECORDED)
    predicted = recorded.copy()
    predicted[0, 0, 3] = 1
    metrics = OpenLoopMetrics(MEAN)
    metrics.add(EpisodePredictions('a', predicted, None, recorded, valid))
    confusion = metrics.summary()['confusion']
    assert confusion['movement'] == [1, 1, 0, 0]
    assert confusion['stop'] == [0, 0, 1, 0]


def test_a_policy_that_ignores_the_instruction_moves_by_nothing():
    assert gather().summary()['instruction_swap']['largest_linear_y'] == 0.0
    swap = gather(swapped=(0, -0.5, 0.25, 0)).summary()['instruction_swap']
    assert swap['mean_linear_y'] == pytest.approx(0.5)
    assert swap['largest_angular_z'] == pytest.approx(0.25)
    assert swap['mean_linear_x'] == 0.0


def test_instructions_that_name_no_side_are_left_out_of_the_swap():
    recorded, valid = chunks(RECORDED)
    metrics = OpenLoopMetrics(MEAN)
    metrics.add(EpisodePredictions('a', recorded, None, recorded, valid))
    assert metrics.summary()['instruction_swap'] == {'episodes': 0}


def test_scenarios_are_scored_apart():
    metrics = gather(offset=(0.2, 0, 0, 0), scenario='b', metrics=gather(scenario='a'))
    scores = metrics.summary()['per_scenario']
    assert list(scores) == ['a', 'b']
    assert scores['a']['policy']['mae_linear_x'] == 0.0
    assert scores['b']['policy']['mae_linear_x'] == pytest.approx(0.2, rel=1e-5)
    assert scores['b']['repeat_last'] == scores['a']['repeat_last']


def test_the_mean_action_has_the_commonest_type():
    actions = np.array([[1, 0, 0, 0], [0, 1, 0, 2], [0, 0, 1, 2]], dtype=np.float32)
    np.testing.assert_allclose(mean_action(actions), [1 / 3, 1 / 3, 1 / 3, 2])


def test_the_report_shows_policy_baselines_scenarios_and_the_swap():
    summary = gather(swapped=(0, -0.5, 0, 0), scenario='box_left').summary()
    report = format_report({'step': 7, 'validation_loss': 0.1, 'validation': summary})
    for part in ('1 episodes, 3 frames (step 7)', 'constant mean', 'repeat last command'):
        assert part in report
    assert 'box_left' in report
    assert report.splitlines()[-1].split()[-3:] == ['0.000', '0.500', '0.000']
    assert max(len(line) for line in report.splitlines()) <= 79
