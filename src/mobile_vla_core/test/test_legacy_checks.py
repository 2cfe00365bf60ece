# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""Tests for legacy_checks.py: older recordings are looked at as far as they go."""

from check_fixture import findings
import h5py
from legacy_fixture import FRAMES, SMALL, STOP_ROWS, write_g, write_v1, write_v5, write_v6
import numpy as np
import pytest

from mobile_vla_core.toolbox.checks.examination import examine
from mobile_vla_core.toolbox.command import main


@pytest.mark.parametrize('write', [write_g, write_v1, write_v5, write_v6])
def test_an_older_layout_is_named_and_never_damage(tmp_path, write):
    found = findings(write(tmp_path / 'episode_1box_vert_left.h5', size=SMALL))
    layout = write.__name__.removeprefix('write_').upper()
    assert found['schema.legacy'].text.startswith(f'layout {layout}: ')
    assert not [c for c in found if c.startswith(('file', 'data'))]


def test_the_artificial_first_row_of_v1_is_found(tmp_path):
    found = findings(write_v1(tmp_path / 'v1.h5', size=SMALL))
    assert found['action.artificial_start'].frames == (0, 0)
    assert 'action.artificial_end' not in found


@pytest.mark.parametrize('write', [write_v5, write_v6])
def test_the_injected_stops_of_v5_and_v6_are_found(tmp_path, write):
    path = write(tmp_path / 'stops.h5', size=SMALL)
    with h5py.File(path) as file:
        rows = len(file['actions'])
    found = findings(path)['action.artificial_end']
    assert found.frames == (rows - STOP_ROWS, rows - 1)


def test_pictures_and_commands_are_looked_at(tmp_path):
    path = write_g(tmp_path / 'g.h5', size=SMALL)
    with h5py.File(path, 'r+') as file:
        file['observations/images'][4:7] = 0
        file['action'][9, 0] = np.nan
    found = findings(path)
    assert found['image.black'].frames == (4, 6)
    assert found['action.not_finite'].frames == (9, 9)
    assert examine(path).frames == FRAMES


def test_an_older_recording_without_an_instruction_is_examined_too(tmp_path):
    path = write_g(tmp_path / 'g.h5', size=SMALL)
    with h5py.File(path, 'r+') as file:
        del file['episode_metadata']
    assert {'label.no_instruction', 'schema.legacy'} <= findings(path).keys()


def test_info_counts_older_recordings(tmp_path, capsys):
    write_v1(tmp_path / 'v1.h5', size=SMALL)
    assert main(['info', str(tmp_path)]) == 0
    printed = capsys.readouterr().out
    assert f'1 episodes, {FRAMES} frames' in printed
    assert f'camera front: {FRAMES} frames, {SMALL[1]}x{SMALL[0]} in 1' in printed
