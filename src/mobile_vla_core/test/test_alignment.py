# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""Tests for episodes/alignment.py: the written rule, case by case."""

import numpy as np
import pytest

from mobile_vla_core.action_space import ActionType, STOP_ACTION
from mobile_vla_core.episodes import align_actions

FRAMES = [1.0, 2.0, 3.0]


def forward(*speeds: float) -> np.ndarray:
    return np.array([[speed, 0.0, 0.0] for speed in speeds])


def speeds(*arguments) -> list[float]:
    return align_actions(*arguments)[0][:, 0].tolist()


def test_a_frame_gets_the_first_command_that_answers_it():
    assert speeds(FRAMES, [1.0, 1.5, 2.25, 2.5, 3.5], forward(1, 9, 2, 9, 3)) == [1, 2, 3]


def test_a_command_on_the_frames_own_stamp_answers_that_frame():
    assert speeds(FRAMES, [1.0, 2.0, 3.0], forward(1, 2, 3)) == [1, 2, 3]


def test_a_command_holds_until_it_is_replaced():
    actions, since = align_actions(FRAMES, [0.5], forward(7))
    assert actions[:, 0].tolist() == [7, 7, 7]
    assert since.tolist() == FRAMES


def test_before_any_command_the_robot_stands():
    actions, since = align_actions(FRAMES, [2.5], forward(1))
    np.testing.assert_array_equal(actions[0], STOP_ACTION)
    assert actions[1:, 0].tolist() == [1, 1]
    assert since.tolist() == [1.0, 2.5, 3.0]


def test_without_commands_every_row_is_stop():
    actions, since = align_actions(FRAMES, [], np.zeros((0, 3)))
    np.testing.assert_array_equal(actions, np.tile(STOP_ACTION, (3, 1)))
    assert since.tolist() == FRAMES


def test_commands_may_arrive_in_any_order():
    assert speeds(FRAMES, [3.1, 1.1, 2.1], forward(3, 1, 2)) == [1, 2, 3]


def test_a_frame_is_never_later_than_its_command():
    rng = np.random.default_rng(0)
    for _ in range(200):
        frames = np.sort(rng.uniform(0, 10, rng.integers(1, 30)))
        commands = rng.uniform(-1, 11, rng.integers(0, 40))
        _, since = align_actions(frames, commands, rng.normal(size=(len(commands), 3)))
        assert (since >= frames).all()


@pytest.mark.parametrize(
    ('given', 'kind'), [(-1, ActionType.MOVEMENT), (ActionType.SPECIAL, ActionType.SPECIAL)]
)
def test_the_type_is_the_drivers_or_else_derived(given, kind):
    actions, _ = align_actions([1.0], [1.0], forward(0.5), [given])
    assert actions[0, 3] == kind
