# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0

from pathlib import Path

import pytest

from mobile_vla_core.errors import EpisodeError
from mobile_vla_core.toolbox.selection import select_files


def touch(folder: Path, *names: str) -> None:
    for name in names:
        (folder / name).touch()


def test_a_folder_gives_its_finished_episodes_by_name(tmp_path):
    touch(tmp_path, 'b.h5', 'a.h5', 'c.hdf5', '.d.h5', 'e.h5.part', 'f.txt')
    assert [path.name for path in select_files([tmp_path])] == ['a.h5', 'b.h5', 'c.hdf5']


def test_unfinished_files_of_a_folder_are_given_when_asked_for(tmp_path):
    touch(tmp_path, 'a.h5', 'e.h5.part')
    assert [p.name for p in select_files([tmp_path], unfinished=True)] == ['a.h5', 'e.h5.part']


def test_a_named_file_is_taken_whatever_its_name_and_only_once(tmp_path):
    touch(tmp_path, 'a.h5', 'f.txt')
    paths = select_files([tmp_path / 'f.txt', tmp_path / 'a.h5', tmp_path])
    assert [path.name for path in paths] == ['f.txt', 'a.h5']


def test_a_path_that_is_not_there_is_refused_by_name(tmp_path):
    with pytest.raises(EpisodeError, match=r'absent\.h5 does not exist'):
        select_files([tmp_path / 'absent.h5'])


def test_a_folder_without_episodes_says_what_is_unfinished(tmp_path):
    touch(tmp_path, 'e.h5.part')
    with pytest.raises(EpisodeError, match=r'holds no episode .* only 1 unfinished'):
        select_files([tmp_path])
