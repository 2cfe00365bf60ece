# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""Tests for optics.py."""

import math

import numpy as np
import pytest

from mobile_vla_core.errors import ConfigError
from mobile_vla_sim.geometry import Pose
from mobile_vla_sim.optics import CameraConfig

CONFIG = CameraConfig(width=160, height=90)


def test_rays_agree_with_the_intrinsics():
    rays = CONFIG.rays().reshape(90, 160, 3)
    optical = np.stack([-rays[..., 1], -rays[..., 2], rays[..., 0]], axis=-1)
    pixels = optical @ CONFIG.intrinsics.T
    pixels = pixels[..., :2] / pixels[..., 2:]
    columns, rows = np.meshgrid(np.arange(160), np.arange(90))
    np.testing.assert_allclose(pixels, np.stack([columns, rows], axis=-1), atol=1e-9)
    np.testing.assert_allclose(np.linalg.norm(rays, axis=-1), 1.0)


def test_the_picture_is_as_wide_as_the_field_of_view():
    edge = math.atan(80 / CONFIG.focal_length)
    assert 2 * edge == pytest.approx(CONFIG.horizontal_fov)


def test_the_camera_looks_down_and_turns_with_the_base():
    forward, left, up = CONFIG.rotation(Pose(0.0, 0.0, math.pi / 2)).T
    assert forward == pytest.approx([0.0, math.cos(CONFIG.pitch), -math.sin(CONFIG.pitch)])
    assert left == pytest.approx([-1.0, 0.0, 0.0])
    assert np.cross(forward, left) == pytest.approx(up)


def test_a_tiny_picture_is_refused():
    with pytest.raises(ConfigError, match='at least 8 x 8 pixels, found 4 x 90'):
        CameraConfig(width=4)
