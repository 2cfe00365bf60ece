# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""Tests for file_checks.py, structure_checks.py and examination.py: integrity."""

import os

from check_fixture import findings, FRAMES, record
import h5py
import numpy as np
import pytest

from mobile_vla_core.episodes import EpisodeWriter
from mobile_vla_core.toolbox.checks.examination import examine

JPEGS = 'observations/images/front/jpeg'


def changed(path, change):
    with h5py.File(path, 'r+') as file:
        change(file)
    return findings(path)


def replace(file, name, values):
    del file[name]
    file[name] = values


def test_a_sound_episode_has_no_finding_and_stays_as_it_is(tmp_path):
    path = record(tmp_path)
    before, modified = path.read_bytes(), path.stat().st_mtime_ns
    examination = examine(path)
    assert examination.findings == ()
    assert examination.frames == FRAMES
    assert (path.read_bytes(), path.stat().st_mtime_ns) == (before, modified)


@pytest.mark.parametrize(
    ('content', 'code', 'text'),
    [
        (b'', 'file.empty', 'no bytes'),
        (b'hello, this is a text\n' * 9, 'file.not_hdf5', 'are text'),
        (b'\x1f\x8b\x08' + bytes(range(256)), 'file.not_hdf5', 'gzip'),
        (bytes(5000), 'file.damaged', 'zeros'),
        (b'\x89HDF\r\n\x1a\n', 'file.damaged', ''),
        (b'\x00HDF\r\n\x1a\n' + bytes(range(99)), 'file.damaged', 'first bytes'),
        (b'\xde\xad\xbe\xef' * 9, 'file.not_hdf5', 'unknown kind'),
    ],
)
def test_what_is_no_hdf5_file_is_named_by_its_first_bytes(tmp_path, content, code, text):
    path = tmp_path / 'other.h5'
    path.write_bytes(content)
    ((found, finding),) = findings(path).items()
    assert found == code
    assert text in finding.text


@pytest.mark.skipif(os.geteuid() == 0, reason='root may read everything: run as another user')
def test_a_file_that_may_not_be_read_is_denied_and_not_damaged(tmp_path):
    path = record(tmp_path)
    path.chmod(0)
    assert findings(path).keys() == {'file.denied'}


def test_a_cut_file_is_truncated(tmp_path):
    path = record(tmp_path)
    content = path.read_bytes()
    path.write_bytes(content[: len(content) * 2 // 3])
    assert findings(path).keys() == {'file.truncated'}


def test_a_destroyed_superblock_is_damage(tmp_path):
    path = record(tmp_path)
    content = bytearray(path.read_bytes())
    content[20:40] = bytes(20)
    path.write_bytes(content)
    assert findings(path).keys() == {'file.damaged'}


def test_an_unfinished_file_is_unfinished_and_one_under_way_is_no_fault(tmp_path):
    path = record(tmp_path)
    part = path.rename(tmp_path / 'left.h5.part')
    assert findings(part).keys() == {'file.unfinished'}
    writer = EpisodeWriter(tmp_path, instruction='go')
    assert findings(writer.path).keys() == {'file.recording'}
    writer.discard()


def test_an_unknown_layout_is_a_mismatch_and_never_damage(tmp_path):
    path = tmp_path / 'other.h5'
    with h5py.File(path, 'w') as file:
        file['pictures'] = np.zeros((3, 4))
    ((code, finding),) = findings(path).items()
    assert code == 'schema.mismatch'
    assert 'schema mismatch: found pictures (3, 4)' in finding.text
    assert 'expected one of' in finding.text


def test_another_version_of_our_schema_is_a_mismatch(tmp_path):
    path = record(tmp_path)
    assert changed(path, lambda f: f.attrs.modify('schema_version', '7.0')).keys() == {
        'schema.mismatch'
    }


@pytest.mark.parametrize(
    'name', ['action', 'action_stamp', JPEGS, 'commands/twist', 'events', 'observations/images']
)
def test_what_is_missing_is_named(tmp_path, name):
    found = changed(record(tmp_path), lambda file: file.pop(name))
    assert name in found['data.missing'].text
    assert not {'data.unreadable', 'file.damaged'} & found.keys()


def test_a_missing_attribute_is_named(tmp_path):
    found = changed(record(tmp_path), lambda file: file.attrs.pop('instruction'))
    assert 'attribute instruction is missing' in found['data.missing'].text


def test_another_type_and_another_shape_are_named(tmp_path):
    path = record(tmp_path)
    found = changed(path, lambda f: replace(f, 'action', np.zeros((FRAMES, 4), int)))
    assert 'action is of int64, expected float32' in found['data.type'].text
    found = changed(path, lambda f: replace(f, 'action', np.zeros((FRAMES, 3), np.float32)))
    assert 'expected (T, 4)' in found['data.shape'].text


def test_lengths_that_disagree_are_named(tmp_path):
    path = record(tmp_path)
    found = changed(path, lambda f: replace(f, 'action', f['action'][:-5]))
    assert f'{FRAMES} of frames, {FRAMES - 5} of action' in found['data.length'].text
    name = 'observations/images/front/header_stamp'
    found = changed(record(tmp_path, 'other'), lambda f: replace(f, name, f[name][:-1]))
    assert 'header_stamp' in found['data.length'].text


def test_a_dataset_larger_than_its_file_is_not_read(tmp_path):
    def enlarge(file):
        del file['action']
        file.create_dataset('action', (10**9, 4), np.float32, chunks=(1024, 4))

    assert (
        'says that it has 16000000000 bytes'
        in changed(record(tmp_path), enlarge)['data.length'].text
    )


def test_an_index_that_points_beside_the_pictures_is_named(tmp_path):
    def confuse(file):
        file['observations/images/front/end'][7] = 10**12

    found = changed(record(tmp_path), confuse)
    assert found['data.index'].frames == (7, 8)


def test_an_episode_without_pictures_says_so(tmp_path):
    writer = EpisodeWriter(tmp_path, instruction='go left', scenario='box')
    assert 'data.no_frames' in findings(writer.close('success'))


def test_bytes_after_the_last_picture_are_a_note(tmp_path):
    def add(file):
        file[JPEGS].resize(len(file[JPEGS]) + 100, axis=0)

    found = changed(record(tmp_path), add)
    assert '100 bytes follow' in found['data.unindexed'].text
