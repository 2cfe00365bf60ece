# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""Tests for layout_g.py: an episode in layout G is read back equal."""

from drive_fixture import FRAMES, INSTRUCTION, write_episode
import h5py
import numpy as np
import pytest

from mobile_vla_core.episodes import CameraStream, Episode, EpisodeWriter
from mobile_vla_core.episodes.layout import detect_layout, Layout
from mobile_vla_core.errors import EpisodeError
from mobile_vla_core.images import encode_jpeg
from mobile_vla_core.toolbox.convert.assumption import Overrides
from mobile_vla_core.toolbox.convert.layout_g import file_name, write_g
from mobile_vla_core.toolbox.convert.legacy import open_legacy


def test_pictures_actions_times_and_labels_are_read_back_bit_for_bit(tmp_path):
    with Episode(write_episode(tmp_path)) as episode:
        assert write_g(episode, tmp_path / 'g.h5') == FRAMES
        assert detect_layout(tmp_path / 'g.h5') is Layout.G
        with open_legacy(tmp_path / 'g.h5', Layout.G, Overrides()) as back:
            for t, picture in enumerate(back.pictures()):
                np.testing.assert_array_equal(picture, episode.image(t))
            assert t == FRAMES - 1
            np.testing.assert_array_equal(back.velocities, episode.actions[:, :3])
            np.testing.assert_array_equal(back.action_types, episode.actions[:, 3])
            np.testing.assert_array_equal(back.stamps, episode.stamps())
            assert back.instruction == INSTRUCTION == episode.instruction
            assert back.scenario == episode.scenario


def test_it_holds_what_the_layout_promises(tmp_path):
    with Episode(write_episode(tmp_path, 'episode_20250101_120000_50cm')) as episode:
        write_g(episode, tmp_path / 'g.h5')
        with h5py.File(tmp_path / 'g.h5') as file:
            images = file['observations/images']
            assert (images.dtype, images.shape) == (np.uint8, (FRAMES, 60, 80, 3))
            assert images[0, 30, 4, 0] > 180  # red comes first
            assert file['action'].shape == (FRAMES, 4)
            assert file['episode_metadata'].attrs['scenario'].decode() == '1box_vert_left'
            assert file['episode_metadata'].attrs['distance'].decode() == '50'


def test_the_scenario_is_in_the_name_once():
    assert file_name('episode_1', '1box_vert_left') == 'episode_1_1box_vert_left.h5'
    assert file_name('a_2box_hori_right', '2box_hori_right') == 'a_2box_hori_right.h5'
    assert file_name('episode_1', '') == 'episode_1.h5'


def test_of_another_camera_the_frame_at_the_time_of_the_primary_one_is_taken(tmp_path):
    cameras = [CameraStream('front'), CameraStream('rear')]
    writer = EpisodeWriter(tmp_path, instruction='go', cameras=cameras)
    for t in range(4):
        writer.add_frame('front', encode_jpeg(np.zeros((8, 8, 3), np.uint8)), t, t)
    for t, level in ((0.5, 80), (2.0, 160)):
        grey = np.full((8, 8, 3), level, np.uint8)
        writer.add_frame('rear', encode_jpeg(grey), t, t)
    with Episode(writer.close()) as episode:
        write_g(episode, tmp_path / 'g.h5', camera='rear')
    with h5py.File(tmp_path / 'g.h5') as file:
        levels = file['observations/images'][:, 0, 0, 0].astype(int)
    np.testing.assert_allclose(levels, [80, 80, 160, 160], atol=3)


def test_pictures_of_two_sizes_are_refused(tmp_path):
    writer = EpisodeWriter(tmp_path, instruction='go')
    for t, side in enumerate((8, 16)):
        writer.add_frame('front', encode_jpeg(np.zeros((side, side, 3), np.uint8)), t, t)
    with (
        Episode(writer.close()) as episode,
        pytest.raises(EpisodeError, match=r'expected \(8, 8, 3\), found \(16, 16, 3\) in frame 1'),
    ):
        write_g(episode, tmp_path / 'g.h5')
