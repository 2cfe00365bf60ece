# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""Tests for policy_card.py."""

from dataclasses import replace
import subprocess
import sys

from policy_fixture import card_of, small_network
import pytest
import yaml

from mobile_vla_core.errors import CheckpointError, ConfigError
from mobile_vla_core.policy_card import CARD_FILE, PolicyCard


@pytest.fixture
def card() -> PolicyCard:
    return card_of(small_network())


def edit(directory, change):
    path = directory / CARD_FILE
    content = yaml.safe_load(path.read_text(encoding='utf-8'))
    change(content)
    path.write_text(yaml.safe_dump(content, allow_unicode=True), encoding='utf-8')


def test_a_saved_card_is_read_back_equal(card, tmp_path):
    card.save(tmp_path)
    assert PolicyCard.load(tmp_path) == card


def test_loading_a_card_never_imports_torch(card, tmp_path):
    card.save(tmp_path)
    code = (
        'import sys; from mobile_vla_core.policy_card import PolicyCard; '
        f'PolicyCard.load({str(tmp_path)!r}); sys.exit("torch" in sys.modules)'
    )
    assert subprocess.run([sys.executable, '-c', code], check=False).returncode == 0


def test_a_missing_folder_and_a_folder_without_card_are_told_apart(tmp_path):
    with pytest.raises(CheckpointError, match='is not a folder'):
        PolicyCard.load(tmp_path / 'absent')
    with pytest.raises(CheckpointError, match=f'holds no {CARD_FILE}'):
        PolicyCard.load(tmp_path)


@pytest.mark.parametrize(
    ('change', 'message'),
    [
        (lambda c: c.update(schema='other'), 'found schema "other".*expected "mobile_vla_policy"'),
        (lambda c: c.update(schema_version='2.0'), 'version "2.0", expected'),
        (lambda c: c['action'].update(names=['v', 'w']), 'another action space: found names v, w'),
        (
            lambda c: c['action'].update(units=['m/s', 'm/s', 'deg/s', 'class']),
            'found units m/s, m/s, deg/s, class, expected m/s, m/s, rad/s, class',
        ),
        (lambda c: c['action'].update(scale=[1.0, 1.0, 1.0]), 'was changed after training'),
        (lambda c: c['action'].update(scale=[0.3, 1.0, 1.0]), 'powers of two'),
        (lambda c: c.pop('window'), "lacks 'window'"),
        (lambda c: c.update(step_period=0.0), 'step_period > 0 s'),
        (lambda c: c.update(cameras=3), 'cannot be used'),
    ],
)
def test_a_foreign_card_is_refused_with_the_reason(card, tmp_path, change, message):
    card.save(tmp_path)
    edit(tmp_path, change)
    with pytest.raises(CheckpointError, match=message):
        PolicyCard.load(tmp_path)


def test_a_file_that_is_no_yaml_is_refused(tmp_path):
    (tmp_path / CARD_FILE).write_bytes(b'{a: \xff')
    with pytest.raises(CheckpointError, match='cannot be read'):
        PolicyCard.load(tmp_path)


def test_a_card_without_a_step_period_cannot_be_made(card):
    with pytest.raises(ConfigError, match='step_period'):
        PolicyCard(**{**vars(card), 'step_period': float('nan')})


def test_the_driving_card_names_rate_limits_and_instructions(card):
    text = card.describe()
    for part in ('32x24', '0.100 s', '| linear_x | -0.500 | +1.000 | m/s |', '왼쪽으로 가'):
        assert part in text


def test_a_card_tells_the_training_camera_and_an_older_one_need_not(card, tmp_path):
    told = replace(card, camera_width=1280, camera_height=720, camera_encoding='bgr8')
    told.save(tmp_path)
    assert PolicyCard.load(tmp_path) == told
    assert 'from camera front (1280x720 bgr8)' in told.describe()
    for key in ('width', 'height', 'encoding'):
        edit(tmp_path, lambda content, key=key: content.pop(f'camera_{key}'))
    assert PolicyCard.load(tmp_path) == card
