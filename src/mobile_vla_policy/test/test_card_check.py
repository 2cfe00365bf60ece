# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""Tests for card_check.py."""

from dataclasses import replace

import pytest

from mobile_vla_core.action_space import ActionCodec
from mobile_vla_core.errors import ConfigError
from mobile_vla_core.images import Preprocessing
from mobile_vla_core.policy_card import PolicyCard
from mobile_vla_policy.card_check import check_card
from mobile_vla_policy.parameters import (
    MotionParameters,
    PolicyParameters,
    SafetyParameters,
    TopicParameters,
)

CARD = PolicyCard(
    architecture='nano',
    network={},
    window=1,
    chunk=8,
    step_period=0.1,
    preprocessing=Preprocessing(),
    codec=ActionCodec(scale=(0.5, 0.5, 0.5), limits=((-0.2, 0.7), (-0.4, 0.4), (-1.0, 1.0))),
    camera_width=1280,
    camera_height=720,
)


def test_the_default_parameters_fit_without_a_warning():
    assert check_card(CARD, PolicyParameters()) == []


def test_a_rate_below_that_of_the_actions_is_refused():
    topics = TopicParameters(rate=9.0)
    with pytest.raises(ConfigError, match=r'rate 9 Hz .* expected at least 10 Hz'):
        check_card(CARD, PolicyParameters(topics=topics))
    check_card(CARD, PolicyParameters(topics=TopicParameters(rate=10.0)))


@pytest.mark.parametrize('name', ['max_image_age', 'max_chunk_age'])
def test_ages_that_end_before_the_next_image_are_refused(name):
    safety = SafetyParameters(**{name: 0.1})
    with pytest.raises(ConfigError, match=f'{name} 0.1 s would stop the robot'):
        check_card(CARD, PolicyParameters(safety=safety))


def test_a_chunk_of_one_action_is_warned_of():
    (warning,) = check_card(replace(CARD, chunk=1), PolicyParameters())
    assert 'predicts 1 action of 0.1 s' in warning


def test_a_card_without_a_camera_is_warned_of():
    (warning,) = check_card(replace(CARD, camera_width=0), PolicyParameters())
    assert 'size of the training camera' in warning


def test_a_speed_above_those_of_the_training_is_refused():
    motion = MotionParameters(max_linear_x=2.0, max_angular_z=0.5)
    sentence = r'^max_linear_x is 2 m/s, training went up to 0.7 m/s: lower it, or set 0'
    with pytest.raises(ConfigError, match=sentence):
        check_card(CARD, PolicyParameters(motion=motion))


def test_a_speed_above_those_of_the_training_is_allowed_by_option_and_has_no_effect():
    motion = MotionParameters(max_linear_x=2.0, allow_wider_limits=True)
    (warning,) = check_card(CARD, PolicyParameters(motion=motion))
    assert warning == 'max_linear_x is 2 m/s, training went up to 0.7 m/s: it has no effect'


def test_the_greatest_speed_of_the_training_may_be_rounded():
    motion = MotionParameters(max_linear_x=0.7001, max_linear_y=0.4)
    assert check_card(CARD, PolicyParameters(motion=motion)) == []
