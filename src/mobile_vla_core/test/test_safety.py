# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""Tests for safety.py."""

import numpy as np
import pytest

from mobile_vla_core.action_space import ActionCodec
from mobile_vla_core.errors import ActionShapeError, ActionSpaceError
from mobile_vla_core.safety import ImageAgeLimit, StopReason, VelocityLimits

LIMITS = VelocityLimits(low=(-0.5, -0.5, -1.0), high=(1.0, 0.5, 1.0))
FORWARD_ONLY = VelocityLimits(low=(0.0, 0.0, -1.0), high=(1.0, 0.0, 1.0))


def test_a_velocity_within_the_limits_is_untouched():
    np.testing.assert_array_equal(LIMITS.clip([0.3, -0.2, 0.7]), np.float32([0.3, -0.2, 0.7]))


@pytest.mark.parametrize('velocity', [[2.0, 0.4, 0.5], [0.2, 1.5, -0.5], [0.4, 0.1, 5.0]])
def test_limits_keep_direction_and_curvature(velocity):
    clipped = LIMITS.clip(velocity)
    assert (clipped <= LIMITS.high).all()
    assert (clipped >= LIMITS.low).all()
    np.testing.assert_allclose(
        clipped / np.linalg.norm(clipped), velocity / np.linalg.norm(velocity), rtol=1e-5
    )


def test_the_most_exceeded_axis_ends_on_its_limit():
    assert LIMITS.clip([3.0, 0.0, 2.0])[0] == pytest.approx(1.0)
    assert LIMITS.clip([-3.0, 0.0, 2.0])[0] == pytest.approx(-0.5)


def test_an_axis_that_may_not_move_does_not_stop_the_others():
    np.testing.assert_array_equal(FORWARD_ONLY.clip([0.5, 0.3, 0.2]), np.float32([0.5, 0.0, 0.2]))
    np.testing.assert_array_equal(FORWARD_ONLY.clip([-0.5, 0.0, 0.2]), np.float32([0, 0.0, 0.2]))


def test_zero_stays_zero_and_random_velocities_never_exceed():
    np.testing.assert_array_equal(LIMITS.clip([0.0, 0.0, 0.0]), np.zeros(3))
    for velocity in np.random.default_rng(3).normal(scale=3.0, size=(500, 3)):
        clipped = LIMITS.clip(velocity)
        assert (clipped <= np.float32(LIMITS.high)).all()
        assert (clipped >= np.float32(LIMITS.low)).all()


def test_limits_come_from_the_action_codec():
    codec = ActionCodec(scale=(0.5, 0.5, 0.5), limits=((-0.1, 0.7), (-0.2, 0.2), (-1.0, 0.9)))
    limits = VelocityLimits.of(codec)
    assert limits.low == (-0.1, -0.2, -1.0)
    assert limits.high == (0.7, 0.2, 0.9)


def test_limits_that_forbid_standing_still_are_refused():
    with pytest.raises(ActionSpaceError, match='around 0'):
        VelocityLimits(low=(0.1, 0.0, 0.0), high=(1.0, 0.0, 0.0))
    with pytest.raises(ActionSpaceError, match='3 limits'):
        VelocityLimits(low=(0.0, 0.0), high=(1.0, 0.0))
    with pytest.raises(ActionShapeError):
        LIMITS.clip([1.0, 2.0])


def test_limits_are_tightened_and_never_loosened():
    limits = LIMITS.within((0.7, 0.0, 99.0))
    assert limits.low == (-0.5, -0.5, -1.0)
    assert limits.high == (0.7, 0.5, 1.0)


@pytest.mark.parametrize(
    ('age', 'reason'),
    [
        (0.0, None),
        (0.5, None),
        (0.51, StopReason.STALE_IMAGE),
        (-0.1, None),
        (-0.11, StopReason.FUTURE_IMAGE),
        (float('nan'), StopReason.STALE_IMAGE),
    ],
)
def test_image_ages_outside_the_limit_name_their_reason(age, reason):
    assert ImageAgeLimit(oldest=0.5, ahead=0.1).verdict(0.0, -age) is reason


def test_every_reason_becomes_a_finished_sentence():
    fields = {
        'detail': 'exit code 1',
        'topic': '/camera',
        'age': 0.612,
        'limit': 0.5,
        'advice': '',
    }
    sentences = {reason.sentence(**fields) for reason in StopReason}
    assert len(sentences) == len(StopReason)
    assert not any('{' in sentence or '}' in sentence for sentence in sentences)
    assert 'the newest image on /camera is 0.61 s old, allowed are 0.5 s' in sentences
