# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""Tests for artificial_rows.py: what nobody drove is found, and nothing else."""

import numpy as np
import pytest

from mobile_vla_core.episodes.layout import Layout
from mobile_vla_core.toolbox.convert.artificial_rows import find_artificial_rows


def moving(rows: int, still: tuple[int, ...] = ()) -> np.ndarray:
    velocities = np.full((rows, 3), 0.4)
    velocities[list(still)] = 0
    return velocities


def test_the_first_row_of_v1_is_found_by_its_event():
    events = ['episode_start', 'start_action', 'stop_action']
    found = find_artificial_rows(Layout.V1, moving(3, (0, 2)), events)
    assert found.rows == (0,)
    assert found.text == '1 (0)'


def test_a_first_row_that_moves_or_lacks_the_event_is_kept():
    assert find_artificial_rows(Layout.V1, moving(2), ['episode_start', 'start_action']).rows == ()
    assert find_artificial_rows(Layout.V4, moving(2, (0,))).rows == ()


def test_the_last_five_rows_of_v5_are_found_although_the_driver_stopped_before():
    found = find_artificial_rows(Layout.V5, moving(12, tuple(range(4, 12))))
    assert found.rows == (7, 8, 9, 10, 11)
    assert found.text == '5 (7-11)'


def test_rows_of_v5_that_move_are_kept_and_the_difference_is_said():
    found = find_artificial_rows(Layout.V5, moving(12, (10, 11)))
    assert found.rows == (10, 11)
    assert 'only the last 2 rows are still' in found.why
    assert find_artificial_rows(Layout.V5, moving(12)).text == 'none'


def test_stops_of_v6_are_found_by_their_source_wherever_they_are():
    events = ['keyboard', 'stop_inject', 'keyboard', 'keyboard', 'stop_inject']
    found = find_artificial_rows(Layout.V6, moving(5, (1, 2, 4)), events, stops=5)
    assert found.rows == (1, 4)
    assert found.text == '2 (1, 4)'


def test_stops_of_v6_without_sources_are_the_number_that_the_file_says():
    found = find_artificial_rows(Layout.V6, moving(9, (5, 6, 7, 8)), (), stops=3)
    assert found.rows == (6, 7, 8)
    assert 'stop_inject_n is 3' in found.why


@pytest.mark.parametrize('layout', [Layout.V5, Layout.V6])
def test_a_row_of_nan_is_no_stop(layout):
    velocities = moving(6, (3, 4))
    velocities[5] = np.nan
    assert find_artificial_rows(layout, velocities, (), stops=5).rows == ()


def test_layout_g_has_none():
    assert find_artificial_rows(Layout.G, moving(4, (0, 3))).rows == ()
