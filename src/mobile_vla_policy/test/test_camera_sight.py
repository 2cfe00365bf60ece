# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""Tests for camera_sight.py."""

import numpy as np
import pytest

from mobile_vla_core.action_space import ActionCodec
from mobile_vla_core.images import Preprocessing
from mobile_vla_core.picture import COMPRESSED, Picture
from mobile_vla_core.policy_card import PolicyCard
from mobile_vla_policy.camera_sight import CameraSight

CARD = PolicyCard(
    architecture='nano',
    network={},
    window=1,
    chunk=8,
    step_period=0.1,
    preprocessing=Preprocessing(),
    codec=ActionCodec(scale=(0.5, 0.5, 0.5), limits=((-1.0, 1.0),) * 3),
    camera_width=640,
    camera_height=360,
    camera_encoding='rgb8',
)


def picture(height=90, width=160, encoding='rgb8', channels=3):
    data = np.zeros((height, width, channels), np.uint8).tobytes()
    return Picture(data, encoding, height, width, channels * width)


def sight_of(*stamps, shown=None):
    sight = CameraSight(CARD, '/camera', 0.05)
    for stamp in stamps:
        sight.note(shown or picture(), stamp)
    return sight


def test_a_camera_as_in_training_is_seen_enough_after_five_images():
    assert not sight_of(0.0, 0.1, 0.2, 0.3).complete
    sight = sight_of(0.0, 0.1, 0.2, 0.3, 0.4)
    assert sight.complete
    assert (sight.refusal, sight.unknown) == ('', '')


@pytest.mark.parametrize(
    ('shown', 'found'),
    [
        (picture(90, 120), 'size 120x90, expected the aspect ratio of 640x360'),
        (picture(encoding='mono8', channels=1), 'encoding "mono8", expected colours'),
        (picture(45, 80), 'size 80x45, expected at least 160x90'),
        (picture(encoding='bayer_rggb8'), 'image encoding "bayer_rggb8" is not supported'),
        (Picture(b'no picture', COMPRESSED), ''),
    ],
    ids=['shape', 'grey', 'small', 'bayer', 'no picture'],
)
def test_one_image_that_does_not_fit_is_enough(shown, found):
    sight = sight_of(0.0, shown=shown)
    assert sight.complete
    assert sight.refusal.startswith(f'the images on /camera do not fit the policy: {found}')


def test_a_camera_at_half_the_rate_does_not_fit():
    sight = sight_of(0.0, 0.2, 0.4)
    assert 'the camera is too slow: 5.0 images/s, the policy was trained at 10.0' in sight.refusal


@pytest.mark.parametrize('period', [0.033, 0.1, 0.14])
def test_a_camera_that_is_faster_or_a_little_slower_fits(period):
    assert sight_of(*(period * step for step in range(5))).refusal == ''


def test_a_lost_image_and_repeated_or_mixed_stamps_do_not_make_it_slow():
    assert sight_of(0.0, 0.1, 0.1, 0.4, 0.3).refusal == ''


def test_what_was_not_seen_is_said():
    assert sight_of().unknown == (
        'no image came on /camera: whether they fit the policy is seen later'
    )
    assert sight_of(0.0, 1.0).unknown == 'too few images came on /camera to tell their rate'
    assert sight_of(0.0, 1.0).refusal == ''
