# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""Tests for damage.py: whatever is wrong with a file, an episode says it in one sentence."""

from contextlib import suppress
import shutil

import h5py
import numpy as np
import pytest

from mobile_vla_core.episodes import Episode, EpisodeWriter
from mobile_vla_core.errors import EpisodeError
from mobile_vla_core.images import encode_jpeg

FRONT = 'observations/images/front'


@pytest.fixture
def path(tmp_path):
    writer = EpisodeWriter(tmp_path, instruction='go left')
    for t in range(5):
        picture = np.full((24, 32, 3), 40 * t, dtype=np.uint8)
        writer.add_frame('front', encode_jpeg(picture), t, t)
        writer.add_command((0.1, 0.0, 0.0), t, t)
    return writer.close()


def replace(path, name, values):
    with h5py.File(path, 'r+', libver=('v110', 'v110')) as file:
        del file[name]
        if values is not None:
            file[name] = values


def read_all(path):
    with Episode(path) as episode:
        for camera in episode.cameras:
            for t in range(episode.frames(camera)):
                episode.image(t, camera)
            episode.stamps(camera)
            episode.receive_stamps(camera)
        for stream in episode.streams:
            episode.stream(stream)
        assert episode.metadata == {}
        return episode.actions, episode.action_stamps, episode.outcome, episode.attributes


@pytest.mark.parametrize(
    ('name', 'values', 'sentence'),
    [
        ('action', None, r'dataset /action is missing'),
        ('action', np.zeros((5, 3), np.float32), r'\(5, 3\), expected float32 of shape \(T, 4\)'),
        ('action', np.zeros((5, 4)), 'is float64 of shape'),
        ('action_stamp', None, 'dataset /action_stamp is missing'),
        (f'{FRONT}/end', None, 'front/end is missing'),
        (f'{FRONT}/end', np.arange(5.0), 'end is float64 of shape'),
        (f'{FRONT}/end', np.array([0, 5, 7, 8, 9], np.uint64), 'front is said to be bytes 0 to 0'),
        (f'{FRONT}/end', np.full(5, 2**63, np.uint64), 'said to be bytes'),
        (f'{FRONT}/jpeg', None, 'front/jpeg is missing'),
        (f'{FRONT}/header_stamp', np.zeros(3), 'has 3 rows for 5 frames'),
        ('commands/twist', np.zeros((2, 3), np.float32), 'fewer than the 5 rows'),
        ('commands/stamp', None, 'commands/stamp is missing'),
        ('observations', None, 'cameras cannot be read'),
        ('events', np.zeros(3), 'cannot be read'),
    ],
)
def test_a_dataset_that_is_absent_or_of_another_shape_is_named(path, name, values, sentence):
    replace(path, name, values)
    with pytest.raises(EpisodeError, match=sentence) as caught:
        read_all(path)
    assert path.name in str(caught.value)


def test_a_dataset_that_says_it_is_larger_than_its_file_is_not_made_room_for(path):
    with h5py.File(path, 'r+', libver=('v110', 'v110')) as file:
        file[f'{FRONT}/end'].resize(10**13, axis=0)
    with pytest.raises(EpisodeError, match='says that it has 80000000000000 bytes, the file has'):
        read_all(path)


@pytest.mark.parametrize('page', range(1, 36))
def test_a_page_of_zeros_anywhere_in_the_structure_is_an_episode_error(tmp_path, path, page):
    torn = shutil.copy(path, tmp_path / 'torn.h5')
    with torn.open('r+b') as file:
        file.seek(page * 4096)
        kept = file.read(4096)
        file.seek(page * 4096)
        file.write(bytes(4096))
    needed = kept[:4] == b'OHDR'
    with pytest.raises(EpisodeError, match=r'torn\.h5') if needed else suppress(EpisodeError):
        read_all(torn)
