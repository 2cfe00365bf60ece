# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""Tests for cache.py."""

from conftest import CREATED, HEIGHT, STEPS, WIDTH, write_episode
import h5py
import numpy as np
import pytest

from mobile_vla_core.episodes.folder import find_episodes
from mobile_vla_core.episodes.reader import Episode
from mobile_vla_core.episodes.writer import EpisodeWriter
from mobile_vla_core.errors import ConfigError, EpisodeError, SchemaMismatchError
from mobile_vla_core.images import Preprocessing
from mobile_vla_train.data.cache import FRAMES_FILE, INDEX_FILE, open_cache

PREPROCESSING = Preprocessing(height=HEIGHT, width=WIDTH)


@pytest.fixture(scope='module')
def paths(episodes):
    return find_episodes(episodes)


@pytest.fixture(scope='module')
def cache(paths, tmp_path_factory):
    return open_cache(tmp_path_factory.mktemp('cache'), paths, PREPROCESSING)


def test_every_row_is_what_preprocessing_makes_of_the_recorded_jpeg(cache, paths):
    for path, cached in zip(paths, cache.episodes, strict=True):
        with Episode(path) as episode:
            assert (cached.name, cached.length) == (path.name, len(episode))
            assert (cached.instruction, cached.scenario) == (episode.instruction, episode.scenario)
            expected = [PREPROCESSING(episode.jpeg(t)) for t in range(len(episode))]
            np.testing.assert_array_equal(cache.frames[cached.rows], expected)
            np.testing.assert_array_equal(cache.actions[cached.rows], episode.actions)


def test_cadence_and_camera_come_from_the_episodes(cache):
    assert cache.step_period == 0.1
    assert cache.camera == 'front'


def test_the_second_time_nothing_is_decoded(paths, tmp_path):
    first = open_cache(tmp_path, paths, PREPROCESSING)
    written = (tmp_path / FRAMES_FILE).stat().st_mtime_ns
    again = open_cache(tmp_path, paths, PREPROCESSING)
    assert (tmp_path / FRAMES_FILE).stat().st_mtime_ns == written
    assert again.data_fingerprint == first.data_fingerprint


def test_other_episodes_or_settings_build_it_anew(paths, tmp_path):
    first = open_cache(tmp_path, paths, PREPROCESSING)
    fewer = open_cache(tmp_path, paths[:4], PREPROCESSING)
    assert len(fewer.frames) == 4 * STEPS
    assert fewer.data_fingerprint != first.data_fingerprint
    smaller = open_cache(tmp_path, paths[:4], Preprocessing(height=12, width=16))
    assert smaller.frames.shape[1:3] == (12, 16)


def test_an_interrupted_build_is_not_taken_for_a_cache(paths, tmp_path):
    def interrupt(_):
        raise KeyboardInterrupt

    open_cache(tmp_path, paths, PREPROCESSING)
    with pytest.raises(KeyboardInterrupt):
        open_cache(tmp_path, paths[:4], PREPROCESSING, progress=interrupt)
    assert not (tmp_path / INDEX_FILE).exists()
    assert len(open_cache(tmp_path, paths, PREPROCESSING).frames) == 10 * STEPS


def test_a_faster_camera_is_resampled_to_the_step_period(tmp_path):
    path = write_episode(tmp_path / 'data', 0, steps=31, period=1 / 30)
    cache = open_cache(tmp_path / 'cache', [path], PREPROCESSING, step_period=0.1)
    assert cache.episodes[0].length == 11
    with Episode(path) as episode:
        np.testing.assert_array_equal(cache.actions, episode.actions[::3])


def test_a_slower_episode_is_refused_by_name(tmp_path):
    paths = [write_episode(tmp_path / 'data', n, period=(0.1, 0.1, 0.2)[n]) for n in range(3)]
    with pytest.raises(ConfigError, match=rf'{paths[2].name} has a frame every 0.200 s'):
        open_cache(tmp_path / 'cache', paths, PREPROCESSING)


def test_an_unreadable_episode_is_named_and_never_replaced(tmp_path):
    good = write_episode(tmp_path / 'data', 0)
    bad = good.with_name('episode_bad.h5')
    bad.write_bytes(good.read_bytes()[:1000])
    with pytest.raises(EpisodeError, match=r'episode_bad.h5 cannot be opened'):
        open_cache(tmp_path / 'cache', [good, bad], PREPROCESSING)


def test_a_damaged_picture_names_its_episode_and_frame(tmp_path):
    path = write_episode(tmp_path / 'data', 0)
    with h5py.File(path, 'r+') as file:
        camera = file['observations/images/front']
        start, end = camera['end'][3], camera['end'][4]
        camera['jpeg'][start:end] = 0
    with pytest.raises(EpisodeError, match=rf'{path.name} cannot be read: frame 4: .*JPEG'):
        open_cache(tmp_path / 'cache', [path], PREPROCESSING)


def test_episodes_of_another_action_space_are_refused(tmp_path):
    path = write_episode(tmp_path / 'data', 0)
    with h5py.File(path, 'r+') as file:
        file.attrs['action_names'] = 'v,w'
    with pytest.raises(SchemaMismatchError, match=rf'{path.name}: schema.* actions v,w'):
        open_cache(tmp_path / 'cache', [path], PREPROCESSING)


def test_an_episode_without_frames_is_refused_by_name(tmp_path):
    path = EpisodeWriter(tmp_path / 'data', instruction='go left', created=CREATED).close()
    with pytest.raises(EpisodeError, match=rf'{path.name} has 0 frames'):
        open_cache(tmp_path / 'cache', [path], PREPROCESSING)


def test_different_primary_cameras_need_a_choice(tmp_path):
    paths = [write_episode(tmp_path / 'data', n, camera=('front', 'rear')[n]) for n in range(2)]
    with pytest.raises(EpisodeError, match=r'different primary cameras \(front, rear\)'):
        open_cache(tmp_path / 'cache', paths, PREPROCESSING)
    with pytest.raises(EpisodeError, match=r'no camera "front", it holds rear'):
        open_cache(tmp_path / 'cache', paths, PREPROCESSING, camera='front')
