# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""Tests for quarantine.py."""

import os
from pathlib import Path
import tempfile

import pytest
from toolbox_process import document

from mobile_vla_core.toolbox.quarantine import quarantine


def test_files_are_moved_and_said_where(tmp_path):
    path = tmp_path / 'a.h5'
    path.write_bytes(b'content')
    moved, faults = quarantine([path], tmp_path / 'new' / 'bad')
    assert (moved, faults) == ({path: tmp_path / 'new' / 'bad' / 'a.h5'}, {})
    assert not path.exists()
    assert (tmp_path / 'new' / 'bad' / 'a.h5').read_bytes() == b'content'


@pytest.fixture(params=['the same disk', 'another disk'])
def folder(tmp_path, request):
    """Return a new folder, once on the disk of the episodes, once on another one."""
    if request.param == 'the same disk':
        yield tmp_path / 'bad'
        return
    memory = Path('/dev/shm')
    if not memory.is_dir() or memory.stat().st_dev == tmp_path.stat().st_dev:
        pytest.skip('there is no second disk: /dev/shm is none, or that of the tests')
    with tempfile.TemporaryDirectory(dir=memory) as other:
        yield Path(other) / 'bad'


def test_nothing_is_overwritten(tmp_path, folder):
    folder.mkdir()
    (folder / 'a.h5.part').write_bytes(b'earlier')
    (folder / 'a_2.h5.part').write_bytes(b'earlier too')
    path = tmp_path / 'a.h5.part'
    path.write_bytes(b'content')
    moved, _ = quarantine([path], folder)
    assert moved[path].name == 'a_3.h5.part'
    contents = {file.name: file.read_bytes() for file in folder.iterdir()}
    assert contents == {
        'a.h5.part': b'earlier',
        'a_2.h5.part': b'earlier too',
        'a_3.h5.part': b'content',
    }
    assert not path.exists()


def test_a_file_that_cannot_be_moved_stays(tmp_path):
    path = tmp_path / 'a.h5'
    path.write_bytes(b'content')
    (tmp_path / 'bad').write_text('a file, no folder')
    moved, faults = quarantine([path], tmp_path / 'bad')
    assert (moved, list(faults)) == ({}, [path])
    assert f'it cannot be moved to {tmp_path / "bad"}: ' in faults[path]
    assert path.read_bytes() == b'content'


def test_a_file_whose_folder_is_read_only_stays_without_another_name_and_is_reported(
    tmp_path, folder
):
    names = ('a.h5', 'b.h5')
    for name in names:
        (tmp_path / 'in' / name).parent.mkdir(exist_ok=True)
        (tmp_path / 'in' / name).write_text('no episode')
    (tmp_path / 'in').chmod(0o555)
    (tmp_path / 'c.h5').write_text('no episode')
    for _ in range(2):
        status, found = document(
            'check', tmp_path / 'in', tmp_path / 'c.h5', '--quarantine', folder
        )
        assert (status, found['counts']['error']) == (1, 3)
        assert list(found['not_quarantined']) == [str(tmp_path / 'in' / name) for name in names]
        assert 'Permission denied' in found['not_quarantined'][str(tmp_path / 'in' / 'a.h5')]
        (tmp_path / 'c.h5').touch()
    assert sorted(os.listdir(folder)) == ['c.h5', 'c_2.h5']
    assert [(tmp_path / 'in' / name).stat().st_nlink for name in names] == [1, 1]
