# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""Tests for gates/camera_gate.py."""

from dataclasses import replace

import numpy as np
import pytest

from mobile_vla_core.action_space import ActionCodec
from mobile_vla_core.images import encode_jpeg, Preprocessing
from mobile_vla_core.picture import COMPRESSED, Picture
from mobile_vla_core.policy_card import PolicyCard
from mobile_vla_core.safety import StopReason
from mobile_vla_policy.gates.camera_gate import CameraGate

CARD = PolicyCard(
    architecture='nano',
    network={},
    window=1,
    chunk=2,
    step_period=0.1,
    preprocessing=Preprocessing(height=90, width=160),
    codec=ActionCodec(scale=(0.5, 0.5, 0.5), limits=((-1.0, 1.0),) * 3),
    camera_width=1280,
    camera_height=720,
    camera_encoding='bgr8',
)
OLD_CARD = replace(CARD, camera_width=0, camera_height=0, camera_encoding='')


def raw(width, height, encoding='rgb8'):
    return Picture(b'', encoding, height, width, 3 * width)


def jpeg(width, height):
    return Picture(encode_jpeg(np.zeros((height, width, 3), np.uint8)), COMPRESSED)


def verdict(card, picture, tolerance=0.05):
    gate = CameraGate(card, '/camera', tolerance)
    gate.note(picture)
    return gate.verdict(0.0)


@pytest.mark.parametrize(
    'picture',
    [raw(1280, 720), raw(640, 360), raw(160, 90), raw(1920, 1080), raw(640, 352), jpeg(640, 360)],
)
def test_a_camera_of_the_trained_shape_may_be_driven_with(picture):
    assert verdict(CARD, picture) is None


@pytest.mark.parametrize('picture', [raw(640, 480), raw(720, 1280), jpeg(640, 480)])
def test_another_aspect_ratio_is_refused_with_both_sizes(picture):
    stop = verdict(CARD, picture)
    assert stop.reason is StopReason.CAMERA_MISMATCH
    assert 'expected the aspect ratio of 1280x720' in stop.sentence


def test_the_tolerance_decides():
    assert verdict(CARD, raw(640, 480), tolerance=0.4) is None


def test_fewer_pixels_than_the_network_sees_are_refused():
    assert 'expected at least 160x90' in verdict(CARD, raw(80, 45)).sentence


def test_a_camera_without_colours_is_refused_by_a_policy_trained_with_them():
    assert 'encoding "mono8"' in verdict(CARD, raw(1280, 720, 'mono8')).sentence
    grey = replace(CARD, camera_encoding='mono8')
    assert verdict(grey, raw(1280, 720, 'mono8')) is None


def test_a_card_that_does_not_tell_the_camera_accepts_any():
    for picture in (raw(640, 480), raw(80, 45, 'mono8'), jpeg(640, 480)):
        assert verdict(OLD_CARD, picture) is None


def test_a_camera_that_is_set_right_is_accepted():
    gate = CameraGate(CARD, '/camera', 0.05)
    gate.note(raw(640, 480))
    gate.note(raw(640, 360))
    assert gate.verdict(0.0) is None


def test_bytes_that_are_no_picture_are_left_to_the_worker():
    assert verdict(CARD, Picture(b'\xff\xd8\xff', COMPRESSED)) is None
