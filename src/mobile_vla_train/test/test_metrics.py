# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""Tests for metrics.py."""

import numpy as np
import pytest

from mobile_vla_train.validation.baselines import BaselineReference, ReferenceEpisode
from mobile_vla_train.validation.metrics import EpisodePredictions, OpenLoopMetrics, scalars
from mobile_vla_train.validation.report import format_scores

C = 2
TRAINED = np.array([[0.5, 0.0, 0.0, 0], [0.5, 0.0, 0.0, 0]], dtype=np.float32)
REFERENCE = BaselineReference([ReferenceEpisode('e0', 'a', 'go left', TRAINED)], 0.1)


def chunks(rows):
    """Return actions (T, 4) as chunks (T, C, 4) with the mask of those inside the episode."""
    rows = np.asarray(rows, dtype=np.float32)
    indices = np.arange(len(rows))[:, None] + np.arange(C)
    return rows[np.minimum(indices, len(rows) - 1)], indices < len(rows)


RECORDED = [[0.4, 0.2, 0.0, 0], [0.4, 0.0, 0.1, 0], [0.0, 0.0, 0.0, 2]]


def gather(
    offset=(0, 0, 0, 0), swapped=(0, 0, 0, 0), scenario='a', metrics=None, name='', text='go left'
):
    recorded, valid = chunks(RECORDED)
    metrics = metrics or OpenLoopMetrics(REFERENCE)
    predicted = recorded + np.asarray(offset, np.float32)
    other = predicted + np.asarray(swapped, np.float32)
    metrics.add(EpisodePredictions(scenario, predicted, other, recorded, valid, name, text))
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
    metrics = OpenLoopMetrics(REFERENCE)
    metrics.add(EpisodePredictions('a', predicted, None, recorded, valid))
    assert metrics.summary()['chunk']['policy']['mae_linear_x'] == 0.0


def test_the_confusion_counts_recorded_types_by_row():
    recorded, valid = chunks(RECORDED)
    predicted = recorded.copy()
    predicted[0, 0, 3] = 1
    metrics = OpenLoopMetrics(REFERENCE)
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
    metrics = OpenLoopMetrics(REFERENCE)
    metrics.add(EpisodePredictions('a', recorded, None, recorded, valid))
    assert metrics.summary()['instruction_swap'] == {'episodes': 0}


def test_scenarios_are_scored_apart():
    metrics = gather(offset=(0.2, 0, 0, 0), scenario='b', metrics=gather(scenario='a'))
    scores = metrics.summary()['per_scenario']
    assert list(scores) == ['a', 'b']
    assert scores['a']['policy']['mae_linear_x'] == 0.0
    assert scores['b']['policy']['mae_linear_x'] == pytest.approx(0.2, rel=1e-5)
    assert scores['b']['repeat_last'] == scores['a']['repeat_last']


def test_the_third_baseline_replays_a_training_episode_at_the_same_time():
    scores = gather().summary()['next']['nearest_in_time']
    assert scores['mae_linear_x'] == pytest.approx((0.1 + 0.1 + 0.5) / 3)
    assert scores['action_type_accuracy'] == pytest.approx(2 / 3)


def test_without_a_neighbour_the_mean_stands_in_and_is_counted():
    summary = gather(scenario='b', text='go back').summary()
    assert summary['episodes_without_neighbour'] == 1
    assert summary['next']['nearest_in_time'] == summary['next']['constant_mean']
    assert summary['scenarios_without_episodes'] == ['a']
    assert gather().summary()['episodes_without_neighbour'] == 0


def test_direction_counts_only_frames_where_the_robot_was_moving():
    scores = gather(offset=(0, 0.3, 0, 0)).summary()['next']
    # Recorded: 27 degrees to the left, straight on, standing still; predicted 51 and 37 degrees.
    assert scores['policy']['direction_accuracy'] == 0.0
    assert scores['repeat_last']['direction_accuracy'] == 0.0  # STOP, then 27 degrees
    assert scores['constant_mean']['direction_accuracy'] == 0.5
    assert gather().summary()['next']['policy']['direction_accuracy'] == 1.0


def test_each_baseline_has_its_own_confusion():
    summary = gather().summary()
    assert summary['baseline_confusion']['constant_mean']['stop'] == [1, 0, 0, 0]
    assert summary['baseline_confusion']['repeat_last']['movement'] == [1, 0, 1, 0]
    assert summary['confusion']['stop'] == [0, 0, 1, 0]


def test_figures_do_not_depend_on_the_order_or_on_repeats_of_ranks():
    first, second = (OpenLoopMetrics(REFERENCE) for _ in range(2))
    gather(offset=(0.1, 0, 0, 0), name='e1', metrics=first)
    gather(offset=(0.3, 0, 0, 0), name='e2', metrics=first)
    second.extend(reversed(first.episodes))
    second.extend(first.episodes)
    assert second.summary() == first.summary()
    assert second.summary()['episodes'] == 2


def test_an_episode_in_pieces_is_counted_once_and_its_pieces_are_called_pieces():
    metrics = gather(offset=(0.1, 0, 0, 0), name='e1')
    (first,) = metrics.episodes
    metrics.add(
        first._replace(
            predicted=first.predicted[:2],
            swapped=None,
            recorded=first.recorded[:2],
            valid=first.valid[:2],
        )
    )
    gather(name='e2', metrics=metrics)
    summary = metrics.summary()
    assert (summary['episodes'], summary['pieces']) == (2, 3)
    shown = format_scores(summary, 'Open loop')
    assert 'Open loop: 2 episodes in 3 pieces (between lost frames), 8 frames' in shown
    whole = format_scores(gather(name='e1').summary(), 'Open loop')
    assert 'Open loop: 1 episodes, 3 frames' in whole


def test_the_spread_tells_a_policy_that_always_says_the_same():
    recorded, valid = chunks(RECORDED)
    metrics = OpenLoopMetrics(REFERENCE)
    metrics.add(EpisodePredictions('a', np.ones_like(recorded), None, recorded, valid))
    spread = metrics.summary()['spread']['linear_x']
    assert spread['predicted'] == 0.0
    assert spread['recorded'] == pytest.approx(np.std([0.4, 0.4, 0.0]))


def test_curves_hold_the_policy_and_every_baseline():
    curves = scalars(gather(swapped=(0, -0.5, 0, 0)).summary())
    assert curves['mae_linear_x'] == 0.0
    assert curves['nearest_in_time/mae_linear_x'] > 0.0
    assert curves['swap_mean_linear_y'] == pytest.approx(0.5)
    assert all(isinstance(value, float) for value in curves.values())
