# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""Tests for number_option.py and argument_parser.py: what is no number for an option is told."""

import json

import pytest

from mobile_vla_core.toolbox.command import main


@pytest.mark.parametrize(
    ('option', 'value', 'sentence'),
    [
        ('check --time-limit', '0', 'expected more than 0 seconds, found 0'),
        ('check --time-limit', '-1', 'expected more than 0 seconds, found -1'),
        ('check --time-limit', 'inf', 'expected a number of seconds, found inf'),
        ('edit drop-idle --longer-than', '0', 'expected more than 0 seconds, found 0'),
        ('edit drop-idle --longer-than', 'nan', 'expected a number of seconds, found nan'),
        ('stats --step-period', '-1', 'expected 0 seconds or more, found -1'),
        ('stats --step-period', 'nan', 'expected a number of seconds, found nan'),
        ('info --workers', '0', 'expected a whole number of at least 1, found 0'),
        ('check --workers', '-3', 'expected a whole number of at least 1, found -3'),
        ('view --frames', '0', 'expected a whole number of at least 1, found 0'),
        ('split --fraction', 'x', 'invalid float value'),
        ('info --nothing', '1', 'unrecognized arguments'),
    ],
)
def test_a_wrong_argument_is_refused_before_anything_is_read(capsys, option, value, sentence):
    arguments = [*option.split(), value, 'nowhere']
    for extra in ([], ['--json']):
        with pytest.raises(SystemExit) as ended:
            main([*arguments, *extra])
        printed = capsys.readouterr()
        assert ended.value.code == 2
        assert sentence in printed.err
    assert sentence in json.loads(printed.out)['error']


def test_a_verb_that_is_missing_is_a_document_too(capsys):
    with pytest.raises(SystemExit):
        main(['--json'])
    assert 'VERB' in json.loads(capsys.readouterr().out)['error']
