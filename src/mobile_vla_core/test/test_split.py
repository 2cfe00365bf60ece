# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""Tests for split.py."""

import pytest

from mobile_vla_core.episodes.split import load_split, make_split, SPLIT_FILE
from mobile_vla_core.errors import EpisodeError


def scenarios_of(**counts):
    return {f'{name}_{i}.h5': name for name, count in counts.items() for i in range(count)}


def count(names, scenario):
    return sum(name.startswith(f'{scenario}_') for name in names)


def test_no_episode_is_on_both_sides_and_none_is_lost():
    scenarios = scenarios_of(a=13, b=7)
    split = make_split(scenarios, 0.2, seed=1)
    assert sorted((*split.train, *split.validation)) == sorted(scenarios)


def test_every_scenario_gives_its_share():
    split = make_split(scenarios_of(a=20, b=20, c=40), 0.1, seed=3)
    assert [count(split.validation, name) for name in 'abc'] == [2, 2, 4]


@pytest.mark.parametrize('total', [2, 3, 7, 19, 160])
def test_the_share_is_right_however_small_the_scenarios_are(total):
    scenarios = {f'{i}.h5': f'scenario{i % 8}' for i in range(total)}
    assert len(make_split(scenarios, 0.1, seed=0).validation) == max(1, round(total * 0.1))


def test_the_seed_decides_and_the_order_of_the_files_does_not():
    scenarios = scenarios_of(a=20, b=20)
    backwards = dict(reversed(scenarios.items()))
    assert make_split(scenarios, 0.1, seed=1) == make_split(backwards, 0.1, seed=1)
    assert make_split(scenarios, 0.1, seed=1) != make_split(scenarios, 0.1, seed=2)


def test_one_episode_cannot_be_split():
    with pytest.raises(EpisodeError, match=r'1 episode cannot be split.*record at least 2'):
        make_split(scenarios_of(a=1), 0.1, seed=0)


def test_a_saved_split_is_taken_up_again(tmp_path):
    scenarios = scenarios_of(a=10)
    assert load_split(tmp_path, list(scenarios)) is None
    split = make_split(scenarios, 0.2, seed=1)
    split.save(tmp_path)
    assert load_split(tmp_path, list(scenarios)) == split


def test_a_split_of_other_episodes_is_refused(tmp_path):
    make_split(scenarios_of(a=10), 0.2, seed=1).save(tmp_path)
    with pytest.raises(EpisodeError, match='splits 10 episodes, the data folder holds 11'):
        load_split(tmp_path, list(scenarios_of(a=11)))


def test_an_unreadable_split_is_refused(tmp_path):
    (tmp_path / SPLIT_FILE).write_text('train: 3')
    with pytest.raises(EpisodeError, match='cannot be read: delete it'):
        load_split(tmp_path, ['a.h5'])
