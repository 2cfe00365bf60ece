# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""Tests for baselines.py."""

import numpy as np

from mobile_vla_train.validation.baselines import (
    BaselineReference,
    mean_action,
    ReferenceEpisode,
    repeat_last,
)


def episode(name, scenario, instruction, value, length=3):
    actions = np.full((length, 4), value, dtype=np.float32) + np.arange(length)[:, None] / 10
    return ReferenceEpisode(name, scenario, instruction, actions)


REFERENCE = BaselineReference(
    [
        episode('c', 'box', 'go left', 3),
        episode('a', 'box', 'go left', 1),
        episode('d', 'box', 'go right', 4),
        episode('e', 'wall', 'back', 5),
    ],
    0.1,
)


def test_the_mean_action_has_the_commonest_type():
    actions = np.array([[1, 0, 0, 0], [0, 1, 0, 2], [0, 0, 1, 2]], dtype=np.float32)
    np.testing.assert_allclose(mean_action(actions), [1 / 3, 1 / 3, 1 / 3, 2])


def test_the_neighbour_is_the_last_of_its_kind_before_else_the_first_after():
    assert REFERENCE.neighbour('b', 'box', 'go left').name == 'a'
    assert REFERENCE.neighbour('z', 'box', 'go left').name == 'c'
    assert REFERENCE.neighbour('0', 'box', 'go left').name == 'a'


def test_the_instruction_counts_before_the_scenario_alone():
    assert REFERENCE.neighbour('z', 'box', 'go right').name == 'd'
    assert REFERENCE.neighbour('z', 'box', 'a new sentence').name == 'd'
    assert REFERENCE.neighbour('z', 'elsewhere', 'back').name == 'e'
    assert REFERENCE.neighbour('z', 'elsewhere', 'a new sentence') is None


def test_an_episode_is_never_its_own_neighbour():
    assert REFERENCE.neighbour('c', 'box', 'go left').name == 'a'
    assert REFERENCE.neighbour('e', 'wall', 'back') is None


def test_a_replay_is_by_time_since_the_start_and_holds_its_last_command():
    replay = REFERENCE.nearest_in_time('b', 'box', 'go left', length=5, chunk=2)
    assert replay.shape == (5, 2, 4)
    np.testing.assert_allclose(replay[:, 0, 0], [1.0, 1.1, 1.2, 1.2, 1.2])
    np.testing.assert_allclose(replay[:, 1, 0], [1.1, 1.2, 1.2, 1.2, 1.2])


def test_the_last_command_is_the_one_of_the_frame_before():
    recorded = np.arange(12, dtype=np.float32).reshape(3, 1, 4)
    assert repeat_last(recorded)[:, 0].tolist() == [[0, 0, 0, 2], [0, 1, 2, 3], [4, 5, 6, 7]]
