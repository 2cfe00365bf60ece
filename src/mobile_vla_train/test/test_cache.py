# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""Tests for cache.py."""

import os
import pickle
import signal
import subprocess
import sys

from conftest import CREATED, HEIGHT, STEPS, WIDTH, write_episode
import h5py
import numpy as np
import pytest
from training_rig import environment

from mobile_vla_core.episodes.folder import find_episodes
from mobile_vla_core.episodes.reader import Episode
from mobile_vla_core.episodes.writer import EpisodeWriter
from mobile_vla_core.errors import ConfigError, EpisodeError, SchemaMismatchError
from mobile_vla_core.images import Preprocessing
from mobile_vla_train.data.cache import open_cache, open_uncached
from mobile_vla_train.data.cache_file import FRAMES_FILE, INDEX_FILE

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


def frames_file(folder):
    (path,) = folder.glob(f'*/{FRAMES_FILE}')
    return path


def test_the_second_time_nothing_is_decoded(paths, tmp_path):
    first = open_cache(tmp_path, paths, PREPROCESSING)
    written = frames_file(tmp_path).stat().st_mtime_ns
    said = []
    again = open_cache(tmp_path, paths, PREPROCESSING, announce=said.append)
    assert frames_file(tmp_path).stat().st_mtime_ns == written
    assert again.data_fingerprint == first.data_fingerprint
    assert said == []


def test_other_episodes_or_settings_build_it_anew(paths, tmp_path):
    first = open_cache(tmp_path, paths, PREPROCESSING)
    fewer = open_cache(tmp_path, paths[:4], PREPROCESSING)
    assert len(fewer.frames) == 4 * STEPS
    assert fewer.data_fingerprint != first.data_fingerprint
    smaller = open_cache(tmp_path, paths[:4], Preprocessing(height=12, width=16))
    assert smaller.frames.shape[1:3] == (12, 16)


def test_a_changed_episode_builds_it_anew(tmp_path):
    path = write_episode(tmp_path / 'data', 0)
    open_cache(tmp_path / 'cache', [path], PREPROCESSING)
    write_episode(tmp_path / 'data', 0, steps=STEPS + 1).rename(path)
    assert len(open_cache(tmp_path / 'cache', [path], PREPROCESSING).frames) == STEPS + 1


def test_the_room_that_it_takes_is_said_before(paths, tmp_path):
    said = []
    open_cache(tmp_path, paths, PREPROCESSING, announce=said.append)
    assert len(said) == 1
    assert 'decoding 200 frames into' in said[0]
    assert f'{200 * HEIGHT * WIDTH * 3 / 1000:.3g} kB of' in said[0]


def test_without_room_nothing_is_begun(paths, tmp_path):
    enormous = Preprocessing(height=10**6, width=10**6)
    with pytest.raises(ConfigError, match=r'needs 600000 GB in .* where .* are free: choose'):
        open_cache(tmp_path, paths, enormous)
    assert [path.name for path in tmp_path.iterdir()] == ['lock']


@pytest.mark.parametrize('damage', ['one bit', 'cut short', 'absent', 'index'])
def test_a_damaged_cache_is_found_and_built_again(paths, tmp_path, damage):
    first = open_cache(tmp_path, paths, PREPROCESSING)
    whole = first.frames[:].tobytes()
    del first
    file = frames_file(tmp_path)
    content = bytearray(file.read_bytes())
    content[70_000] ^= 1
    if damage == 'one bit':
        file.write_bytes(content)
    elif damage == 'cut short':
        file.write_bytes(content[:-1])
    elif damage == 'absent':
        file.unlink()
    else:
        file.with_name(INDEX_FILE).write_text('{')
    said = []
    again = open_cache(tmp_path, paths, PREPROCESSING, announce=said.append)
    assert 'is damaged: building it again' in said[0]
    assert again.frames[:].tobytes() == whole


def test_an_interrupted_build_is_not_taken_for_a_cache(paths, tmp_path):
    def interrupt(_):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        open_cache(tmp_path, paths, PREPROCESSING, progress=interrupt)
    assert not list(tmp_path.glob('*/*'))
    assert len(open_cache(tmp_path, paths, PREPROCESSING).frames) == 10 * STEPS


def run_python(code, *arguments, **options):
    return subprocess.Popen(
        [sys.executable, '-c', PROGRAM + code, *map(str, arguments)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        **options,
    )


PROGRAM = f"""
import os, resource, signal, sys, time
from pathlib import Path
from mobile_vla_core.episodes.folder import find_episodes
from mobile_vla_core.errors import ConfigError
from mobile_vla_core.images import Preprocessing
from mobile_vla_train.data.cache import open_cache

PREPROCESSING = Preprocessing(height={HEIGHT}, width={WIDTH})
paths, cache = find_episodes(Path(sys.argv[1])), Path(sys.argv[2])
"""


def test_a_killed_build_leaves_nothing_that_counts(episodes, paths, tmp_path):
    killed = run_python(
        """
def die_on_the_way(paths):
    yield from paths[:5]
    os.kill(os.getpid(), signal.SIGKILL)

open_cache(cache, paths, PREPROCESSING, progress=die_on_the_way)
""",
        episodes,
        tmp_path,
    )
    killed.communicate()
    assert killed.returncode == -signal.SIGKILL
    assert [path.suffix for path in tmp_path.iterdir() if path.is_dir()] == ['.part']
    cache = open_cache(tmp_path, paths, PREPROCESSING)
    with Episode(paths[7]) as episode:
        expected = PREPROCESSING(episode.jpeg(3))
    np.testing.assert_array_equal(cache.frames[np.array([7 * STEPS + 3])][0], expected)
    assert [path.suffix for path in tmp_path.iterdir() if path.is_dir()] == ['']


def test_of_several_processes_one_builds_and_the_others_wait(episodes, tmp_path):
    code = """
def slowly(paths):
    for path in paths:
        time.sleep(0.05)
        yield path

opened = open_cache(cache, paths, PREPROCESSING, progress=slowly, announce=print)
print(hash(opened.frames[:].tobytes()))
"""
    environment = {**os.environ, 'PYTHONHASHSEED': '0'}
    processes = [run_python(code, episodes, tmp_path, env=environment) for _ in range(3)]
    outputs = [process.communicate()[0] for process in processes]
    assert sum('decoding 200 frames' in output for output in outputs) == 1
    assert len({output.splitlines()[-1] for output in outputs}) == 1


def test_a_disk_that_fills_up_while_building_is_one_sentence_and_leaves_nothing(
    episodes, tmp_path
):
    process = run_python(
        """
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))
try:
    open_cache(cache, paths, PREPROCESSING)
except ConfigError as error:
    print(error)
""",
        episodes,
        tmp_path,
    )
    output, errors = process.communicate()
    assert 'cannot be written (File too large): choose another --cache' in output, errors
    assert not list(tmp_path.glob('*/*'))


def open_elsewhere(paths, folder, **variables):
    """Open a cache in another process that this one starts; return what was announced."""
    code = (
        'import sys; from pathlib import Path\n'
        'from mobile_vla_core.images import Preprocessing\n'
        'from mobile_vla_train.data.cache import open_cache\n'
        'folder, height, width, *paths = sys.argv[1:]\n'
        'open_cache(Path(folder), list(map(Path, paths)),'
        ' Preprocessing(int(height), int(width)), announce=print)\n'
    )
    size = (str(HEIGHT), str(WIDTH))
    return subprocess.check_output(
        [sys.executable, '-c', code, str(folder), *size, *map(str, paths)],
        env={**environment(), **variables},
        text=True,
    )


@pytest.mark.parametrize(
    'launch',
    [{'TORCHELASTIC_RUN_ID': 'none'}, {'SLURM_NTASKS': '2'}, {'MOBILE_VLA_LAUNCH': '7 9'}],
)
def test_one_process_checks_a_cache_for_all_that_were_started_with_it(paths, tmp_path, launch):
    assert 'decoding' in open_elsewhere(paths, tmp_path, **launch)
    file = frames_file(tmp_path)
    content = bytearray(file.read_bytes())
    content[70_000] ^= 1
    file.write_bytes(content)
    assert open_elsewhere(paths, tmp_path, **launch) == ''  # was checked, a moment ago
    assert 'is damaged: building it again' in open_elsewhere(paths, tmp_path)


def test_a_cache_in_use_is_left_and_one_out_of_use_removed(paths, tmp_path):
    used = open_cache(tmp_path, paths, PREPROCESSING)
    before = used.frames[:].tobytes()
    open_cache(tmp_path, paths[:4], PREPROCESSING)  # used no longer once it is here
    assert len(list(tmp_path.glob(f'*/{FRAMES_FILE}'))) == 2
    spawned = pickle.loads(pickle.dumps(used.frames))
    assert spawned[:].tobytes() == used.frames[:].tobytes() == before
    del used, spawned
    open_cache(tmp_path, paths[:3], PREPROCESSING)
    assert len(list(tmp_path.glob(f'*/{FRAMES_FILE}'))) == 1


def test_frames_are_not_sent_to_another_process_but_opened_there(cache):
    assert len(pickle.dumps(cache.frames)) < 1000 < cache.frames[:].nbytes


@pytest.mark.parametrize('rows', [slice(15, 45), np.array([70, 3, 3, 199]), slice(None)])
def test_without_a_cache_frames_and_labels_are_the_same_bit_for_bit(cache, paths, rows):
    uncached = open_uncached(paths, PREPROCESSING)
    np.testing.assert_array_equal(uncached.frames[rows], cache.frames[rows])
    np.testing.assert_array_equal(uncached.actions, cache.actions)
    assert uncached.episodes == cache.episodes
    assert uncached.data_fingerprint == cache.data_fingerprint


def test_a_faster_camera_is_resampled_to_the_step_period(tmp_path):
    path = write_episode(tmp_path / 'data', 0, steps=31, period=1 / 30)
    cache = open_cache(tmp_path / 'cache', [path], PREPROCESSING, step_period=0.1)
    assert cache.episodes[0].length == 11
    with Episode(path) as episode:
        np.testing.assert_array_equal(cache.actions, episode.actions[::3])
        np.testing.assert_array_equal(cache.stamps, episode.stamps()[::3])


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


@pytest.mark.parametrize(
    ('checksums', 'fault'),
    [
        (True, 'frame 4 of front is damaged: its bytes are not those that were recorded'),
        (False, 'cannot be read: frame 4: .*JPEG'),  # as recorded before schema 1.2
    ],
)
def test_a_damaged_picture_names_its_episode_and_frame(checksums, fault, tmp_path):
    path = write_episode(tmp_path / 'data', 0)
    with h5py.File(path, 'r+') as file:
        camera = file['observations/images/front']
        start, end = camera['end'][3], camera['end'][4]
        camera['jpeg'][start:end] = 0
        if not checksums:
            del camera['crc']
    with pytest.raises(EpisodeError, match=rf'{path.name}:? {fault}'):
        open_cache(tmp_path / 'cache', [path], PREPROCESSING)
    assert not list((tmp_path / 'cache').glob('*/*'))
    uncached = open_uncached([path], PREPROCESSING)
    with pytest.raises(EpisodeError, match=rf'{path.name}:? {fault}'):
        uncached.frames[:]


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
    with pytest.raises(EpisodeError, match=r'different primary cameras \(front, rear\), such as'):
        open_cache(tmp_path / 'cache', paths, PREPROCESSING)
    with pytest.raises(EpisodeError, match=r'no camera "front", it holds rear'):
        open_cache(tmp_path / 'cache', paths, PREPROCESSING, camera='front')
