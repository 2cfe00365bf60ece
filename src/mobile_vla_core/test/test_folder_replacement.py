# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""Tests for folder_replacement.py."""

import pytest

from mobile_vla_core.folder_replacement import replace_folder


@pytest.fixture
def folder(tmp_path):
    """Return a folder that holds an old file."""
    (tmp_path / 'kept').mkdir()
    (tmp_path / 'kept' / 'old').touch()
    return tmp_path / 'kept'


def test_the_new_takes_the_place_of_the_old_and_nothing_else_stays(folder, tmp_path):
    (tmp_path / 'fresh').mkdir()
    (tmp_path / 'fresh' / 'new').touch()
    replace_folder(tmp_path / 'fresh', folder)
    assert [path.name for path in folder.iterdir()] == ['new']
    assert list(tmp_path.iterdir()) == [folder]


def test_without_an_old_one_it_is_only_named(tmp_path):
    (tmp_path / 'fresh').mkdir()
    replace_folder(tmp_path / 'fresh', tmp_path / 'kept')
    assert [path.name for path in tmp_path.iterdir()] == ['kept']


def test_the_old_one_is_brought_back_when_the_new_one_cannot_take_its_place(folder, tmp_path):
    with pytest.raises(FileNotFoundError):
        replace_folder(tmp_path / 'absent', folder)
    assert [path.name for path in folder.iterdir()] == ['old']
    assert list(tmp_path.iterdir()) == [folder]
