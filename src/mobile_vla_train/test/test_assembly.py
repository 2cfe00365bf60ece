# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""Tests for assembly.py."""

from dataclasses import replace

from conftest import HEIGHT, WIDTH
import numpy as np
import pytest
import torch
import yaml

from mobile_vla_core.action_space import ActionCodec
from mobile_vla_core.episodes.folder import find_episodes
from mobile_vla_core.errors import ConfigError
from mobile_vla_core.images import Preprocessing
from mobile_vla_train.config import TrainConfig
from mobile_vla_train.data.assembly import open_data, shown_instructions, training_clips
from mobile_vla_train.sections import AugmentationConfig, DataConfig, ScheduleConfig

PREPROCESSING = Preprocessing(height=HEIGHT, width=WIDTH)
OWN = ['pass the post on the left', 'pass the post on the right']


def write_plan(path, *sentences):
    rows = [
        {'name': f'box_{side}', 'instructions': [text.format(side) for text in sentences]}
        for side in ('left', 'right')
    ]
    path.write_text(yaml.safe_dump({'scenarios': rows}))
    return str(path)


@pytest.fixture
def plan(tmp_path):
    return write_plan(tmp_path / 'plan.yaml', 'pass the post on the {}', 'go {}')


def clips(episodes, folder, *, window=1, rank=0, world_size=1, announce=print, **data):
    config = TrainConfig(
        data=DataConfig(clip_length=8, clips_per_batch=4, **data),
        schedule=ScheduleConfig(steps=10),
    )
    cache = open_data(config.data, folder, find_episodes(episodes), PREPROCESSING)
    codec = ActionCodec.from_actions(cache.actions)
    return training_clips(
        config,
        cache,
        cache.episodes,
        codec,
        chunk=4,
        window=window,
        announce=announce,
        rank=rank,
        world_size=world_size,
    )


def equal(first, second):
    tensors = (pair for pair in zip(first, second, strict=True) if torch.is_tensor(pair[0]))
    return all(torch.equal(*pair) for pair in tensors) and first[1] == second[1]


@pytest.mark.parametrize('paraphrased', [False, True])
def test_with_and_without_a_cache_batches_are_the_same(episodes, tmp_path, plan, paraphrased):
    options = {'paraphrases': plan if paraphrased else '', 'balance_side': 0.5}
    mapped = clips(episodes, tmp_path / 'cache', **options)
    direct = clips(episodes, tmp_path / 'none', cache='none', **options)
    assert not (tmp_path / 'none').exists()
    assert all(equal(mapped[step], direct[step]) for step in range(10))
    assert not equal(mapped[0], mapped[1])


def test_a_paraphrase_belongs_to_the_side_that_is_driven(episodes, tmp_path, plan):
    plain = clips(episodes, tmp_path)
    varied = clips(episodes, tmp_path, paraphrases=plan, paraphrase_share=1.0)
    assert {text for step in range(10) for text in plain[step].instructions} == set(OWN)
    shown = {text for step in range(10) for text in varied[step].instructions}
    assert shown == {*OWN, 'go left', 'go right'}
    for step in range(10):
        batch = varied[step]
        turns = np.sign(batch.velocity[:, 0, 0, 2].numpy())
        for text, turn in zip(batch.instructions, turns, strict=True):
            assert turn in (0, 1 if text.endswith('left') else -1)


def test_ranks_draw_the_same_paraphrases(episodes, tmp_path, plan):
    whole = clips(episodes, tmp_path, paraphrases=plan)[3].instructions
    halves = [
        clips(episodes, tmp_path, paraphrases=plan, rank=rank, world_size=2)[3].instructions
        for rank in range(2)
    ]
    assert halves[0] + halves[1] == whole


def test_the_card_names_every_sentence_that_is_shown(episodes, tmp_path, plan):
    cache = open_data(DataConfig(), tmp_path, find_episodes(episodes), PREPROCESSING)
    plain = TrainConfig(augmentation=AugmentationConfig(mirror=0.0))
    assert shown_instructions(plain, cache.episodes) == OWN
    data = replace(plain, data=DataConfig(paraphrases=plan))
    assert shown_instructions(data, cache.episodes) == sorted([*OWN, 'go left', 'go right'])
    left = [episode for episode in cache.episodes if episode.scenario == 'box_left']
    assert shown_instructions(data, left) == ['go left', OWN[0]]
    mirrored = replace(data, augmentation=AugmentationConfig(mirror=0.1))
    assert shown_instructions(mirrored, left) == sorted([*OWN, 'go left', 'go right'])
    with pytest.raises(ConfigError, match='is of scenario "other"'):
        shown_instructions(data, [replace(left[0], scenario='other')])


def test_what_is_odd_about_the_plan_is_told(episodes, tmp_path):
    plan = write_plan(tmp_path / 'plan.yaml', 'go {}')
    said = []
    clips(episodes, tmp_path / 'cache', paraphrases=plan, announce=said.append)
    assert len(said) == 2
    assert f'the instruction "{OWN[0]}" of' in said[0]


def test_weights_reach_the_batch(episodes, tmp_path):
    assert (clips(episodes, tmp_path)[0].weight == 1.0).all()
    dataset = clips(episodes, tmp_path, idle_weight=0.0)
    weights = torch.cat([dataset[step].weight for step in range(10)])
    assert weights.shape == (40, 8)
    assert 0.0 in weights


def test_a_window_that_is_never_full_is_refused(episodes, tmp_path):
    with pytest.raises(ConfigError, match='is shorter than the window of 9'):
        clips(episodes, tmp_path, window=9)
