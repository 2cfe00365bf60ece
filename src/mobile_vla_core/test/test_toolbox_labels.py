# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""Tests for toolbox/checks/label_checks.py."""

from check_fixture import detour, findings, record
import h5py
import pytest

from mobile_vla_core.episodes import schema


def test_an_empty_instruction_is_an_error(tmp_path):
    path = record(tmp_path)
    with h5py.File(path, 'r+') as file:
        file.attrs['instruction'] = schema.text_attribute(' ?')
    assert 'label.no_instruction' in findings(path)


@pytest.mark.parametrize('text', ['unknown', 'N/A', 'TODO: instruction', '테스트'])
def test_words_that_stand_for_an_instruction_are_none(tmp_path, text):
    assert 'label.unknown_instruction' in findings(record(tmp_path, instruction=text))


def test_an_instruction_with_a_test_in_it_is_one(tmp_path):
    found = findings(record(tmp_path, instruction='drive to the test bench'))
    assert 'label.unknown_instruction' not in found


def test_an_instruction_that_contradicts_the_driven_side_is_named(tmp_path):
    found = findings(record(tmp_path, command=lambda t: detour(t, side=-1.0)))
    assert found['label.wrong_side'].text == (
        '"pass the box on the left", but the drive passes on the right'
    )
    korean = record(tmp_path, 'korean', instruction='상자를 오른쪽으로 돌아가', scenario='box')
    assert 'label.wrong_side' in findings(korean)
    right = record(tmp_path, 'right', instruction='go right', command=lambda t: detour(t, -1.0))
    assert 'label.wrong_side' not in findings(right)


def test_scenario_and_instruction_that_name_different_sides_are_named(tmp_path):
    assert 'label.scenario_side' in findings(record(tmp_path, scenario='1box_vert_right'))


def test_a_missing_scenario_and_an_unknown_outcome_are_named(tmp_path):
    found = findings(record(tmp_path, scenario='', outcome='unknown'))
    assert {'label.no_scenario', 'label.unknown_outcome'} <= found.keys()


def test_a_failure_is_a_note(tmp_path):
    assert findings(record(tmp_path, outcome='failure')).keys() == {'label.failure'}
