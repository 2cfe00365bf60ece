# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""Tests for late_camera_info.py, with real episode files."""

import json

import numpy as np

from mobile_vla_core.episodes import CameraStream, Episode, EpisodeWriter
from mobile_vla_core.episodes.late_camera_info import join, split
from mobile_vla_core.images import encode_jpeg

PICTURE = np.zeros((24, 32, 3), dtype=np.uint8)
INFO = json.dumps({'frame_id': '카메라', 'p': [0.123456789012345] * 40}, ensure_ascii=False)


def test_a_calibration_that_comes_during_the_episode_is_read_back_whole(tmp_path):
    cameras = [CameraStream('front'), CameraStream('rear', camera_info='{"d": []}')]
    writer = EpisodeWriter(tmp_path, instruction='go', cameras=cameras)
    writer.add_frame('front', encode_jpeg(PICTURE), 1.0, 1.0)
    writer.add_camera_info(1.5, 'front', INFO)
    with Episode(writer.close()) as episode:
        assert episode.camera_info() == episode.camera_info('front') == INFO
        assert episode.camera_info('rear') == '{"d": []}'
        assert episode.camera_attributes('front')['camera_info'] == ''


def test_half_a_calibration_is_none():
    events = [(1.0, 'camera_info', text) for text in split('front', INFO)]
    assert len(events) > 1
    assert join('front', events) == INFO
    assert join('front', events[:-1]) == ''
    assert join('fron', events) == ''
