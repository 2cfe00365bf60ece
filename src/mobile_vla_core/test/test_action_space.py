# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""Tests for action_space.py."""

import numpy as np
import pytest

from mobile_vla_core.action_space import (
    ActionCodec,
    ActionType,
    as_action,
    derive_action_type,
    STOP_ACTION,
)
from mobile_vla_core.errors import ActionShapeError, ActionSpaceError

RNG = np.random.default_rng(3)
ACTIONS = as_action(RNG.normal(0, [0.5, 0.2, 1.3], (500, 3)))


@pytest.mark.parametrize(
    ('velocity', 'kind'),
    [
        ((0.0, 0.0, 0.0), ActionType.STOP),
        ((0.0, 0.0, 0.4), ActionType.ROTATION),
        ((0.3, 0.0, 0.4), ActionType.MOVEMENT),
        ((0.0, -0.3, 0.0), ActionType.MOVEMENT),
        ((5e-4, 0.0, -5e-4), ActionType.STOP),
    ],
)
def test_the_type_follows_from_the_velocity(velocity, kind):
    assert derive_action_type(velocity) == kind


def test_the_codec_round_trips_bit_for_bit():
    codec = ActionCodec.from_actions(ACTIONS)
    velocity = ACTIONS[:, :3]
    np.testing.assert_array_equal(codec.denormalise(codec.normalise(velocity)), velocity)


def test_normalised_velocities_have_about_unit_size():
    normalised = ActionCodec.from_actions(ACTIONS).normalise(ACTIONS[:, :3])
    rms = np.sqrt(np.mean(normalised**2, axis=0))
    assert (rms > 0.7).all()
    assert (rms < 1.45).all()


def test_zero_stays_exactly_zero():
    codec = ActionCodec.from_actions(ACTIONS)
    np.testing.assert_array_equal(codec.normalise(STOP_ACTION[:3]), 0.0)


def test_denormalise_never_leaves_the_range_of_the_data():
    codec = ActionCodec.from_actions(ACTIONS)
    wild = codec.denormalise(np.array([[100.0, -100.0, 100.0]]))
    np.testing.assert_array_equal(
        wild[0], [ACTIONS[:, 0].max(), ACTIONS[:, 1].min(), ACTIONS[:, 2].max()]
    )


def test_a_dead_dimension_stays_dead():
    differential = ACTIONS.copy()
    differential[:, 1] = 0.0
    codec = ActionCodec.from_actions(differential)
    assert codec.scale[1] == 1.0
    assert codec.denormalise([0.3, 0.7, 0.2])[1] == 0.0


def test_the_fingerprint_tells_action_spaces_apart():
    codec = ActionCodec.from_actions(ACTIONS)
    assert ActionCodec.from_dict(codec.to_dict()).fingerprint == codec.fingerprint
    assert ActionCodec.from_actions(ACTIONS * 1.5).fingerprint != codec.fingerprint


@pytest.mark.parametrize('shape', [(0, 4), (4,), (5, 2)])
def test_actions_of_another_shape_are_refused(shape):
    with pytest.raises(ActionShapeError, match=r'\(N, 4\)'):
        ActionCodec.from_actions(np.zeros(shape))


def test_actions_that_are_not_finite_are_refused():
    with pytest.raises(ActionSpaceError, match='NaN'):
        ActionCodec.from_actions(np.full((3, 4), np.nan))


@pytest.mark.parametrize(
    'bad',
    [
        {'scale': [0.3, 0.5, 0.5], 'limits': [[-1, 1]] * 3},
        {'scale': [0.5, 0.5], 'limits': [[-1, 1]] * 3},
        {'scale': [0.5] * 3, 'limits': [[0.1, 1]] * 3},
        {'limits': [[-1, 1]] * 3},
    ],
)
def test_a_malformed_codec_is_refused(bad):
    with pytest.raises(ActionSpaceError):
        ActionCodec.from_dict(bad)


@pytest.mark.parametrize('value', [np.nan, np.inf, 1e6, -2.0])
def test_a_prediction_that_no_sound_network_makes_is_refused(value):
    codec = ActionCodec(scale=(0.5, 0.25, 1.0), limits=((0.0, 0.5), (-0.25, 0.25), (-1.0, 1.0)))
    codec.check_prediction([[1.9, -2.9, 2.9], [-0.9, 2.9, -2.9]])
    with pytest.raises(ActionSpaceError, match='the policy predicted'):
        codec.check_prediction([[0.0, 0.0, 0.0], [value, 0.0, 0.0]])
