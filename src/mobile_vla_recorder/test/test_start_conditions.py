# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""What the recorder itself needs; what an episode needs is in test_recording.py."""

from pathlib import Path

import pytest

from mobile_vla_core.errors import ConfigError
from mobile_vla_recorder.recording.start_conditions import check_output


def test_the_folder_is_created_and_left_empty(tmp_path):
    check_output(tmp_path / 'new' / 'episodes')
    assert list((tmp_path / 'new' / 'episodes').iterdir()) == []


def test_a_folder_below_a_file_is_refused(tmp_path):
    (tmp_path / 'file').write_text('')
    folder = tmp_path / 'file' / 'episodes'
    with pytest.raises(ConfigError) as refused:
        check_output(folder)
    assert str(refused.value) == (
        f'episodes cannot be written to {folder}: Not a directory: give another folder as '
        f'"output", or the right to write to this one'
    )


def test_a_folder_that_exists_and_takes_no_file_is_refused():
    with pytest.raises(ConfigError, match='episodes cannot be written to /proc: '):
        check_output(Path('/proc'))
