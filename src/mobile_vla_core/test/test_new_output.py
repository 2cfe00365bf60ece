# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""Tests for new_output.py: an output is there whole or not at all."""

import pytest

from mobile_vla_core.toolbox.new_output import new_output, OutputError
from mobile_vla_core.toolbox.optional_library import MissingLibraryError, need


def test_a_file_appears_when_it_is_complete(tmp_path):
    with new_output(tmp_path / 'new' / 'a.txt') as draft:
        draft.write_text('all of it')
        assert draft.suffix == '.txt'
        assert not (tmp_path / 'new' / 'a.txt').exists()
    assert (tmp_path / 'new' / 'a.txt').read_text() == 'all of it'
    assert [path.name for path in (tmp_path / 'new').iterdir()] == ['a.txt']


def test_what_exists_is_kept_unless_told_otherwise(tmp_path):
    (tmp_path / 'a.txt').write_text('old')
    with pytest.raises(OutputError, match='exists already'), new_output(tmp_path / 'a.txt'):
        raise AssertionError('the block must not run')
    with new_output(tmp_path / 'a.txt', overwrite=True) as draft:
        draft.write_text('new')
    assert (tmp_path / 'a.txt').read_text() == 'new'


@pytest.mark.parametrize('folder', [True, False])
def test_what_fails_leaves_nothing_and_the_old_one_as_it_was(tmp_path, folder):
    target = tmp_path / 'a'
    target.mkdir() if folder else target.write_text('old')

    def fail() -> None:
        with new_output(target, overwrite=True) as draft:
            if folder:
                draft.mkdir()
            (draft / 'part' if folder else draft).write_text('half')
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    assert [path.name for path in tmp_path.iterdir()] == ['a']
    assert target.is_dir() == folder
    assert folder or target.read_text() == 'old'


def test_a_folder_is_replaced_by_the_new_one(tmp_path):
    (tmp_path / 'a').mkdir()
    (tmp_path / 'a' / 'old').touch()
    with new_output(tmp_path / 'a', overwrite=True) as draft:
        draft.mkdir()
        (draft / 'new').touch()
    assert [path.name for path in tmp_path.rglob('*')] == ['a', 'new']


def test_a_place_that_cannot_be_written_is_named(tmp_path):
    (tmp_path / 'file').touch()
    with (
        pytest.raises(OutputError, match='cannot be written'),
        new_output(tmp_path / 'file' / 'a.txt'),
    ):
        raise AssertionError('the block must not run')


def test_a_library_that_is_absent_is_named_with_the_line_for_pip():
    with pytest.raises(
        MissingLibraryError, match=r'MP4 needs the library no-such .*: pip install'
    ):
        need('no_such_module', 'no-such', 'MP4')
