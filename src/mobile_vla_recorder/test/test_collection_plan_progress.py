# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""Tests for collection_plan_progress.py, with real episode files."""

from pathlib import Path

import pytest

from mobile_vla_core.episodes import CameraStream, EpisodeWriter
from mobile_vla_recorder.collection_plan import CollectionPlan, PlannedScenario
from mobile_vla_recorder.collection_plan_progress import count_episodes, PlanProgress

PLAN = CollectionPlan(
    (
        PlannedScenario('left', 2, ('go left', 'left please', '왼쪽으로'), 3.0),
        PlannedScenario('right', 3, ('go right',), 1.0),
        PlannedScenario('far', 3, ('go far',), 0.0),
    )
)


def write_episode(folder: Path, scenario: str, outcome: str) -> None:
    cameras = [CameraStream()]
    EpisodeWriter(folder, instruction='go', scenario=scenario, cameras=cameras).close(outcome)


def test_the_largest_shortfall_is_suggested_and_ties_go_in_file_order():
    assert PlanProgress(PLAN, {}).suggested == 1
    assert PlanProgress(PLAN, {'right': 1}).suggested == 2
    assert PlanProgress(PLAN, {'right': 1, 'far': 1}).suggested == 0
    assert PlanProgress(PLAN, {'left': 2, 'right': 3, 'far': 9}).suggested is None


def test_the_suggestion_is_selected_at_first_and_stays_until_the_driver_chooses():
    progress = PlanProgress(PLAN, {})
    assert progress.selected == 1
    progress.add('right', 'success')
    assert (progress.suggested, progress.selected) == (2, 1)
    assert progress.select(2)
    assert (progress.scenario.name, progress.instruction) == ('far', 'go far')


@pytest.mark.parametrize('index', [-1, 3])
def test_a_number_without_a_scenario_selects_nothing(index):
    progress = PlanProgress(PLAN, {})
    assert not progress.select(index)
    assert progress.selected == 1


def test_instructions_are_taken_in_turn_over_restarts():
    progress = PlanProgress(PLAN, {})
    progress.select(0)
    spoken = []
    for _ in range(4):
        spoken.append(progress.instruction)
        progress.add('left', 'success')
    assert spoken == ['go left', 'left please', '왼쪽으로', 'go left']
    restarted = PlanProgress(PLAN, {'left': 1, 'right': 9, 'far': 9})
    assert restarted.instruction == 'left please'


def test_choosing_the_same_scenario_again_gives_its_next_instruction():
    progress = PlanProgress(PLAN, {'right': 9, 'far': 9})
    progress.select(0)
    assert progress.instruction == 'left please'
    progress.select(1)
    progress.select(0)
    assert progress.instruction == 'go left'


def test_failures_and_surplus_do_not_count():
    progress = PlanProgress(PLAN, {'right': 5})
    assert (progress.done, PLAN.total) == (3, 8)
    progress.add('left', 'failure')
    assert progress.count(0) == 0
    progress.add('left', 'unknown')
    assert progress.done == 4


def test_the_least_length_is_that_of_the_scenario():
    progress = PlanProgress(PLAN, {})
    assert [progress.minimum_seconds(name) for name in ('left', 'far', 'other')] == [3.0, 0, 0]


def test_episodes_are_counted_from_their_files_without_failures(tmp_path):
    for scenario, outcome in (
        ('left', 'success'),
        ('left', 'unknown'),
        ('left', 'failure'),
        ('right', 'success'),
    ):
        write_episode(tmp_path, scenario, outcome)
    (tmp_path / 'episode_broken.h5').write_bytes(b'no HDF5')
    assert count_episodes(tmp_path) == ({'left': 2, 'right': 1}, 1)
    assert count_episodes(tmp_path / 'absent') == ({}, 0)
