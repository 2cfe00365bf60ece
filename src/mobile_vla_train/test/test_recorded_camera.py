# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""Tests for recorded_camera.py."""

import numpy as np
import pytest

from mobile_vla_core.episodes.writer import CameraStream, EpisodeWriter
from mobile_vla_core.images import encode_jpeg
from mobile_vla_train.data.recorded_camera import recorded_camera, RecordedCamera


@pytest.fixture
def record(tmp_path):
    """Return a function that records an episode of one frame."""

    def write(width, height, encoding='bgr8'):
        jpeg = encode_jpeg(np.zeros((height, width, 3), np.uint8))
        camera = CameraStream(encoding=encoding, width=width, height=height)
        writer = EpisodeWriter(tmp_path, instruction='go', cameras=[camera])
        writer.add_frame('front', jpeg, 1.0, 1.0)
        return writer.close()

    return write


def test_the_camera_of_the_episodes_goes_on_the_card(record):
    camera = recorded_camera([record(64, 36), record(64, 36)])
    assert camera == RecordedCamera(64, 36, 'bgr8')
    assert camera.on_card() == {
        'camera_width': 64,
        'camera_height': 36,
        'camera_encoding': 'bgr8',
    }


def test_the_most_frequent_of_sizes_alike_is_taken(record):
    paths = [record(128, 72), record(64, 36), record(64, 36)]
    assert recorded_camera(paths) == RecordedCamera(64, 36, 'bgr8')


def test_episodes_of_different_shapes_bind_serving_to_none(record):
    assert recorded_camera([record(64, 36), record(64, 48)]) == RecordedCamera(0, 0, 'bgr8')
