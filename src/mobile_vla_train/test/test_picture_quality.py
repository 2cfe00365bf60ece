# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""Tests for picture_quality.py."""

import numpy as np
import pytest

from mobile_vla_core.episodes.writer import CameraStream, EpisodeWriter
from mobile_vla_core.errors import ConfigError
from mobile_vla_core.images import encode_jpeg, JPEG_QUALITY
from mobile_vla_train.data.picture_quality import recorded_quality


def recorded(folder, quality):
    camera = CameraStream(jpeg_quality=quality)
    writer = EpisodeWriter(folder, instruction='go', cameras=[camera])
    writer.add_frame('front', encode_jpeg(np.zeros((24, 32, 3), np.uint8)), 1.0, 1.0)
    return writer.close()


def test_the_recorders_quality_is_served(tmp_path):
    assert recorded_quality([recorded(tmp_path, 75), recorded(tmp_path, 75)]) == 75


def test_pictures_that_came_as_jpeg_leave_the_choice_to_the_others(tmp_path):
    came, made = recorded(tmp_path, 0), recorded(tmp_path, 60)
    assert recorded_quality([came]) == JPEG_QUALITY
    assert recorded_quality([came, made]) == 60


def test_different_qualities_are_refused_with_what_to_do(tmp_path):
    paths = [recorded(tmp_path, 60), recorded(tmp_path, 90)]
    with pytest.raises(ConfigError, match=r'60 in .*, 90 in .*: choose .* data\.jpeg_quality'):
        recorded_quality(paths)
