# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""Tests for plan/progress.py, with real episode files."""

from pathlib import Path

import pytest

from mobile_vla_core.episodes import CameraStream, EpisodeWriter
from mobile_vla_core.errors import EpisodeError
from mobile_vla_recorder.plan.collection_plan import CollectionPlan, PlannedScenario
from mobile_vla_recorder.plan.progress import PlanProgress, usable_scenario

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


def test_what_was_never_recorded_counts_as_none():
    progress = PlanProgress(PLAN, {'right': 5})
    assert [progress.count(index) for index in range(3)] == [0, 5, 0]


@pytest.mark.parametrize(
    ('outcome', 'scenario'), [('success', 'left'), ('unknown', 'left'), ('failure', None)]
)
def test_every_episode_but_a_failure_is_usable(tmp_path, outcome, scenario):
    write_episode(tmp_path, 'left', outcome)
    (path,) = tmp_path.glob('*.h5')
    assert usable_scenario(path) == scenario


def test_a_file_that_is_no_episode_is_said(tmp_path):
    path = tmp_path / 'episode_broken.h5'
    path.write_bytes(b'no HDF5')
    with pytest.raises(EpisodeError):
        usable_scenario(path)
