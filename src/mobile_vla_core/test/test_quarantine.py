# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""Tests for quarantine.py."""

from pathlib import Path
import tempfile

import pytest

from mobile_vla_core.errors import EpisodeError
from mobile_vla_core.toolbox.quarantine import quarantine


def test_files_are_moved_and_said_where(tmp_path):
    path = tmp_path / 'a.h5'
    path.write_bytes(b'content')
    assert list(quarantine([path], tmp_path / 'new' / 'bad')) == [
        (path, tmp_path / 'new' / 'bad' / 'a.h5')
    ]
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
    ((_, target),) = quarantine([path], folder)
    assert target.name == 'a_3.h5.part'
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
    with pytest.raises(EpisodeError, match='no more can be moved'):
        list(quarantine([path], tmp_path / 'bad'))
    assert path.read_bytes() == b'content'
