# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""Tests for plan/collection_plan.py and the plan that is shipped."""

from pathlib import Path

import pytest

from mobile_vla_core.errors import ConfigError
from mobile_vla_core.instruction import mirror_instruction
from mobile_vla_recorder.plan.collection_plan import plan_path, read_plan

SHIPPED = Path(__file__).parents[1] / 'plans' / 'box_and_cup.yaml'
GOOD = """
minimum_seconds: 3
scenarios:
  - {name: left, count: 2, instructions: [go left, 왼쪽으로 가]}
  - {name: right, count: 1, instructions: [' go right '], minimum_seconds: 0.5}
"""


def plan_file(folder: Path, text: str) -> Path:
    path = folder / 'plan.yaml'
    path.write_text(text, encoding='utf-8')
    return path


def test_a_plan_is_read_in_the_order_of_the_file(tmp_path):
    plan = read_plan(plan_file(tmp_path, GOOD))
    left, right = plan.scenarios
    assert (left.name, left.count, left.minimum_seconds) == ('left', 2, 3.0)
    assert left.instructions == ('go left', '왼쪽으로 가')
    assert (right.instructions, right.minimum_seconds) == (('go right',), 0.5)


@pytest.mark.parametrize(
    ('text', 'sentence'),
    [
        (GOOD + 'target: 3', 'it holds an unknown key "target": expected minimum_seconds'),
        (GOOD.replace('name: left', 'title: left'), 'scenario 1 holds an unknown key "title"'),
        (GOOD.replace('name: left, ', ''), 'scenario 1 has no name, found None'),
        (GOOD.replace('count: 2', 'count: 0'), '"left": count must be a whole number above 0'),
        (GOOD.replace('count: 2', 'count: -1'), 'found -1'),
        (GOOD.replace('count: 2', 'count: true'), 'found True'),
        (GOOD.replace('count: 2, ', ''), 'scenario "left": count must be .* found None'),
        (GOOD.replace('name: right', 'name: left'), 'scenario "left" is there twice'),
        (GOOD.replace('[go left, 왼쪽으로 가]', '[]'), 'instructions must be a list of one'),
        (GOOD.replace('[go left, 왼쪽으로 가]', 'go left'), "found 'go left'"),
        (GOOD.replace('go left', "'!'"), '"left": the instruction .* holds no word'),
        (GOOD.replace('minimum_seconds: 3', 'minimum_seconds: -1'), 'found -1'),
        (GOOD.replace('0.5', 'long'), "minimum_seconds must be .* found 'long'"),
        ('minimum_seconds: 3', '"scenarios" must be a list of 1 to 9 .* found None'),
        ('scenarios: []', 'found 0'),
        ('scenarios: [left]', 'scenario 1 must hold the keys name, .* found str'),
        ('', 'it must hold the keys minimum_seconds, scenarios, found NoneType'),
        ('scenarios: [', 'is not YAML'),
    ],
)
def test_a_wrong_plan_is_refused_with_a_sentence_that_names_the_file(tmp_path, text, sentence):
    path = plan_file(tmp_path, text)
    with pytest.raises(ConfigError, match=sentence) as error:
        read_plan(path)
    assert str(path) in str(error.value)
    assert '\n' not in str(error.value)


def test_an_absent_plan_is_refused(tmp_path):
    with pytest.raises(ConfigError, match=r'none\.yaml cannot be read: No such file'):
        read_plan(tmp_path / 'none.yaml')


def test_bytes_that_are_not_text_are_refused(tmp_path):
    (tmp_path / 'plan.yaml').write_bytes(b'\xff\xfe\x00')
    with pytest.raises(ConfigError, match='is not YAML'):
        read_plan(tmp_path / 'plan.yaml')


def test_the_shipped_plan_asks_for_both_sides_of_each_layout_in_the_same_words():
    scenarios = {scenario.name: scenario for scenario in read_plan(SHIPPED).scenarios}
    assert len(scenarios) == 8
    for name, scenario in scenarios.items():
        other = scenarios[mirror_instruction(name.replace('_', ' ')).replace(' ', '_')]
        assert other.count == scenario.count
        mirrored = tuple(mirror_instruction(text) for text in scenario.instructions)
        assert mirrored == other.instructions
        assert any(not text.isascii() for text in scenario.instructions)


def test_a_plan_is_a_path_or_the_name_of_a_shipped_one(tmp_path):
    assert plan_path('kitchen', tmp_path) == tmp_path / 'kitchen.yaml'
    assert plan_path('/data/kitchen.yaml', tmp_path) == Path('/data/kitchen.yaml')
    assert plan_path('~/kitchen.yml', tmp_path) == Path.home() / 'kitchen.yml'
