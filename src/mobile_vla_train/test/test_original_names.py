# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""Tests for exchange/original_names.py."""

import pytest

from mobile_vla_train.exchange.original_names import match_names

OURS = ['backbone.a.weight', 'action_token.embedding', 'head.memory.weight_ih_l0']


@pytest.mark.parametrize('wrapper', ['', 'model.', 'module.model.', '_forward_module.model.'])
def test_wrappers_around_the_model_do_not_matter(wrapper):
    names = ['backbone.a.weight', 'action_token', 'act_head.rnn.weight_ih_l0']
    report = match_names([wrapper + name for name in names], OURS)
    assert list(report.matched.values()) == OURS
    assert report.left == {}
    assert report.missing == []


def test_heads_have_other_names_here():
    names = ['act_head.actions.mlp.0.bias', 'act_head.gripper.mlp.6.weight']
    ours = ['head.velocity.0.bias', 'head.action_type.6.weight']
    assert match_names(names, ours).matched == dict(zip(names, ours, strict=True))


def test_what_is_not_used_is_left_with_its_reason():
    names = [
        'model.backbone.text_model.lm_head.weight',
        'model.backbone.vision_model.model.embeddings.position_ids',
        'model.clip_norm_head.w',
        'model.act_head.fc.weight',
    ]
    report = match_names(names, OURS)
    assert report.matched == {}
    assert report.missing == sorted(OURS)
    assert list(report.left.values()) == [
        'language head: never computed here',
        'computed, not learnt',
        'training aid of the original',
        'nothing here is called so',
    ]
    assert 'left: model.act_head.fc.weight (nothing here is called so)' in report.describe()


def test_two_names_for_one_tensor_are_seen():
    report = match_names(['model.backbone.a.weight', 'backbone.a.weight'], OURS)
    assert report.left == {'backbone.a.weight': 'another tensor is already backbone.a.weight'}
