# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""Tests that a folder which takes no files is told in a sentence, whichever verb writes to it."""

import pytest
from toolbox_process import document
from view_fixture import record

VERBS = {
    'trim': ('edit', 'trim', '--frames', '1:5'),
    'split': ('edit', 'split', '--every', '5'),
    'set': ('edit', 'set', '--scenario', 'z'),
    'merge': ('edit', 'merge', '--name', 'q'),
    'view': ('view', '--plot'),
    'film': ('view', '--film'),
    'choose': ('split',),
    'repair': ('repair',),
}


@pytest.fixture(scope='module')
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp('episodes')
    for name in ('one', 'two'):
        record(folder, name, frames=8)
    return folder


@pytest.mark.parametrize('verb', VERBS)
def test_an_output_that_takes_no_files_is_named(folder, tmp_path, verb):
    (tmp_path / 'closed').mkdir()
    (tmp_path / 'closed').chmod(0o555)
    (tmp_path / 'file').write_text('no folder')
    for output in (tmp_path / 'closed' / 'new', tmp_path / 'file'):
        status, said = document(*VERBS[verb], folder, '--output', output)
        assert status == 2, said
        text = said.get('error') or said['files'][0]['error']
        assert str(output) in text
        assert 'it is a file' in text or 'Permission denied' in text
    assert list((tmp_path / 'closed').iterdir()) == []


@pytest.mark.parametrize('verb', ['trim', 'split', 'set', 'repair'])
def test_a_folder_beside_the_episode_that_cannot_be_created_is_named(tmp_path, verb):
    path = record(tmp_path / 'closed', 'one', frames=8)
    path.parent.chmod(0o555)
    status, said = document(*VERBS[verb], path)
    assert status == 2
    assert str(path.parent) in said['files'][0]['error']
    assert 'Permission denied' in said['files'][0]['error']
