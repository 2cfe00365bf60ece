# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""Tests for scenario.py."""

import pytest

from mobile_vla_core.errors import ConfigError
from mobile_vla_sim.scenario import find_scenario, SCENARIOS


def test_there_are_eight_scenarios():
    assert sorted(SCENARIOS) == [
        f'{boxes}box_{orientation}_{side}'
        for boxes in (1, 2)
        for orientation in ('hori', 'vert')
        for side in ('left', 'right')
    ]


def test_an_unknown_scenario_is_refused_with_the_known_ones():
    with pytest.raises(ConfigError, match=r"'3box'.*1box_vert_left.*2box_hori_right"):
        find_scenario('3box')


def test_the_opposite_differs_in_the_side_alone():
    scenario = find_scenario('2box_hori_left')
    assert scenario.opposite.name == '2box_hori_right'
    assert scenario.opposite.layout == scenario.layout
    assert (scenario.sign, scenario.opposite.sign) == (1, -1)
    assert scenario.opposite.opposite == scenario


def test_the_canonical_instruction_comes_first():
    canonical = find_scenario('1box_vert_left').instructions[0]
    assert canonical == 'Navigate around the single box obstacle by going left'


@pytest.mark.parametrize('scenario', SCENARIOS.values(), ids=SCENARIOS)
def test_every_instruction_names_its_side_and_only_that(scenario):
    own, other = ('left', '왼쪽'), ('right', '오른쪽')
    if scenario.side == 'right':
        own, other = other, own
    for text in scenario.instructions:
        assert any(word in text for word in own)
        assert not any(word in text for word in other)


def test_every_paraphrase_is_used_and_shared_by_both_sides():
    left = find_scenario('1box_vert_left')
    seen = {left.instruction(seed) for seed in range(200)}
    assert seen == set(left.instructions)
    pairs = {text: left.opposite.instructions[i] for i, text in enumerate(left.instructions)}
    for seed in range(20):
        assert left.opposite.instruction(seed) == pairs[left.instruction(seed)]
