# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""Tests for figures.py."""

import warnings

import numpy as np
import pytest

from mobile_vla_train.validation.baselines import BaselineReference, ReferenceEpisode
from mobile_vla_train.validation.figures import validation_figures
from mobile_vla_train.validation.metrics import EpisodePredictions, OpenLoopMetrics

LENGTH = 10


def validated(swapped, episodes=3, scenario='상자 왼쪽'):
    recorded = np.full((LENGTH, 1, 4), 0.3, np.float32)
    recorded[..., 3] = 0
    metrics = OpenLoopMetrics(
        BaselineReference([ReferenceEpisode('e', scenario, 'go left', recorded[:, 0])], 0.1)
    )
    valid = np.ones((LENGTH, 1), bool)
    for number in range(episodes):
        predicted = recorded + np.multiply(0.1 * number, [1, 1, 1, 0])
        other = predicted * [1, -1, -1, 1] if swapped else None
        metrics.add(
            EpisodePredictions(
                scenario, predicted, other, recorded, valid, f'f{number}', 'go left'
            )
        )
    return metrics


def test_there_is_a_picture_of_commands_confusion_errors_and_the_swap():
    with warnings.catch_warnings():
        warnings.simplefilter('error')  # such as a glyph that the font lacks
        figures = validation_figures(validated(swapped=True), 'step 3')
        for figure in figures.values():
            figure.canvas.draw()
    assert list(figures) == ['commands', 'confusion', 'errors', 'instruction_swap']
    assert len(figures['confusion'].axes) == 4


def test_the_predicted_and_the_recorded_commands_are_what_is_drawn():
    figure = validation_figures(validated(swapped=True), 'step 3')['commands']
    lines = {line.get_label(): line.get_ydata() for line in figure.axes[0].get_lines()}
    np.testing.assert_allclose(lines['recorded'], 0.3)
    np.testing.assert_allclose(lines['predicted'], 0.5)  # the worst episode comes first
    swapped = {line.get_label(): line.get_ydata() for line in figure.axes[3].get_lines()}
    np.testing.assert_allclose(swapped['predicted, sides swapped'], -0.5)


@pytest.mark.parametrize('episodes', [1, 2])
def test_few_episodes_and_no_sides_draw_less(episodes):
    figures = validation_figures(validated(swapped=False, episodes=episodes), 'step 3')
    assert 'instruction_swap' not in figures
    assert len(figures['commands'].axes) == 3 * episodes


@pytest.mark.parametrize(
    ('episodes', 'errors', 'said'),
    [
        (1, ['0.000'], 'the one episode'),
        (2, ['0.100', '0.000'], 'worst and best episode'),
        (3, ['0.200', '0.100', '0.000'], 'worst, middle and best episode'),
    ],
)
def test_no_episode_is_drawn_twice_and_the_title_says_which_these_are(episodes, errors, said):
    metrics = validated(swapped=False, episodes=episodes)
    figure = validation_figures(metrics, 'step 3')['commands']
    heads = [panel.get_title() for panel in figure.axes if panel.get_title()]
    assert [head.rsplit(' ', 1)[1] for head in heads] == errors
    assert f'({said})' in figure.get_suptitle()
