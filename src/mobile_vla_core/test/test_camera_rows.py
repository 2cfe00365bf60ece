# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""Tests for camera_rows.py."""

import pytest

from mobile_vla_core.episodes import CameraStream, EpisodeWriter
from mobile_vla_core.episodes.camera_rows import chunk_bytes
from mobile_vla_core.episodes.growing import CHUNKS

KIB = 1024


@pytest.mark.parametrize(
    ('width', 'height', 'kibibytes'),
    [
        (0, 0, 1024),
        (160, 90, 128),
        (640, 480, 1024),
        (1280, 720, 4096),
        (1920, 1080, 8192),
        (7680, 4320, 8192),
    ],
)
def test_a_chunk_is_as_long_as_the_pictures_ask(width, height, kibibytes):
    assert chunk_bytes(CameraStream(width=width, height=height)) == kibibytes * KIB


def test_an_hour_of_720p_at_30_hz_fits_into_an_episode():
    room = CHUNKS * chunk_bytes(CameraStream(width=1280, height=720))
    assert room > 3600 * 30 * 260_000


def test_a_small_camera_makes_a_small_file(tmp_path):
    camera = CameraStream(width=160, height=90)
    writer = EpisodeWriter(tmp_path, instruction='go', cameras=[camera])
    for t in range(60):
        writer.add_frame('front', bytes([t]) * 5000, t, t)
    assert writer.close().stat().st_size < 3 * 60 * 5000
