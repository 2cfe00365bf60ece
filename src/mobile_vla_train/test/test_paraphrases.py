# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""Tests for paraphrases.py, with the collection plan that is shipped."""

from pathlib import Path

import numpy as np
import pytest
import yaml

from mobile_vla_core.errors import ConfigError
from mobile_vla_core.instruction import instruction_sides, mirror_instruction
from mobile_vla_train.data.cache import CachedEpisode
from mobile_vla_train.data.paraphrases import Paraphrases

SOURCES = Path(__file__).resolve().parents[2]
PLAN = next(SOURCES.glob('mobile_vla_recorder/**/plans/box_and_cup.yaml'))
LEFT = 'Navigate around the single box obstacle by going left'


def episode_of(scenario='1box_vert_left', instruction=LEFT):
    return CachedEpisode('a.h5', instruction, scenario, 0, 10)


def plan_with(tmp_path, **scenarios):
    rows = [{'name': name, 'instructions': texts} for name, texts in scenarios.items()]
    path = tmp_path / 'plan.yaml'
    path.write_text(yaml.safe_dump({'scenarios': rows}))
    return path


def test_an_episode_is_shown_with_every_sentence_of_its_scenario_and_no_other():
    paraphrases = Paraphrases.read(PLAN, 1.0)
    generator = np.random.default_rng(0)
    found = {paraphrases.choose(episode_of(), generator) for _ in range(300)}
    assert len(found) == 7
    assert found == paraphrases.of([episode_of()])
    assert all(instruction_sides(text) == {'left'} for text in found)


@pytest.mark.parametrize('share', [0.0, 0.3, 1.0])
def test_the_share_is_kept_and_chance_is_used_alike(share):
    paraphrases = Paraphrases.read(PLAN, share)
    generator, other = np.random.default_rng(0), np.random.default_rng(0)
    own = sum(paraphrases.choose(episode_of(), generator) == LEFT for _ in range(2000))
    other.random(4000)
    assert generator.random() == other.random()
    assert own / 2000 == pytest.approx(1.0 - share * 6 / 7, abs=0.03)


def test_the_mirror_of_each_sentence_belongs_to_the_scenario_of_the_other_side():
    rows = yaml.safe_load(PLAN.read_text(encoding='utf-8'))['scenarios']
    scenarios = {row['name']: row['instructions'] for row in rows}
    lefts = [name for name in scenarios if name.endswith('_left')]
    assert len(lefts) == 4
    for name in lefts:
        other = scenarios[name.replace('left', 'right')]
        assert [mirror_instruction(text) for text in scenarios[name]] == other


def test_an_unknown_scenario_is_refused():
    with pytest.raises(ConfigError, match=r'a.h5 is of scenario "3box".* not have: it has 1b'):
        Paraphrases.read(PLAN, 1.0).check([episode_of('3box')])


def test_an_instruction_that_the_plan_does_not_have_is_told():
    paraphrases = Paraphrases.read(PLAN, 1.0)
    assert paraphrases.check([episode_of()]) == []
    (note,) = paraphrases.check([episode_of(instruction='Go left'), episode_of()])
    assert 'the instruction "Go left" of a.h5 is not among those of scenario "1box_vert' in note


def test_a_sentence_of_another_side_is_refused(tmp_path):
    plan = plan_with(tmp_path, box_left=['go left', 'go right'])
    with pytest.raises(ConfigError, match=r'"go right" in .* does not name the side of "go left"'):
        Paraphrases.read(plan, 1.0).check([episode_of('box_left', 'go left')])
    relabelled = episode_of('1box_vert_left', 'go right')
    with pytest.raises(ConfigError, match=r'does not name the side of "go right".*relabel'):
        Paraphrases.read(PLAN, 1.0).check([relabelled])


@pytest.mark.parametrize(
    ('content', 'message'),
    [
        (None, r'cannot be read \(No such file'),
        ('scenarios: 3', 'is not a collection plan'),
        ('scenarios: [{name: a}]', 'is not a collection plan'),
        ('scenarios: [{name: a, instructions: []}]', 'is not a collection plan'),
        ('scenarios: [{name: a, instructions: ["?"]}]', 'holds no word'),
        ('a: [', 'is not a collection plan'),
    ],
)
def test_what_is_no_plan_is_one_sentence(tmp_path, content, message):
    path = tmp_path / 'plan.yaml'
    if content is not None:
        path.write_text(content)
    with pytest.raises(ConfigError, match=message) as raised:
        Paraphrases.read(path, 1.0)
    assert '\n' not in str(raised.value)
