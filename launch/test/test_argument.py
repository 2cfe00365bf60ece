# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""Tests for argument.py."""

from mobile_vla_bringup.argument import (
    Argument,
    Default,
    mistyped_arguments,
    resolve,
    switch,
    values,
)
import pytest

from mobile_vla_core.errors import ConfigError

SPEED = Argument('speed', 'How fast [m/s].', '0.5', kind=float)
SIDE = Argument('side', 'Which side.', 'left', ('left', 'right'))
TOPIC = Argument('topic', 'Where.', Default('side/eye', lambda given: f'{given["side"]}/eye'))


def value(argument, text):
    return values([argument], resolve([argument], {argument.name: text}))[argument.name]


def test_a_default_may_depend_on_the_arguments_before_it():
    assert resolve([SIDE, TOPIC], {})['topic'] == 'left/eye'
    assert resolve([SIDE, TOPIC], {'side': 'right'})['topic'] == 'right/eye'
    assert resolve([SIDE, TOPIC], {'side': 'right', 'topic': 'x'})['topic'] == 'x'


def test_what_is_none_of_the_choices_is_refused():
    with pytest.raises(ConfigError, match="side: found 'up', expected one of left, right"):
        resolve([SIDE], {'side': 'up'})


def test_an_argument_without_default_is_asked_for_with_what_it_is():
    needed = Argument('checkpoint', 'Checkpoint directory.', None)
    with pytest.raises(ConfigError, match='checkpoint is needed: Checkpoint directory'):
        resolve([needed], {})


@pytest.mark.parametrize(
    ('argument', 'text', 'expected'),
    [
        (SPEED, '1', 1.0),
        (SPEED, '-2.5', -2.5),
        (switch('on', 'On.', True), 'false', False),
        (Argument('count', 'How many.', '1', kind=int), '7', 7),
        (Argument('names', 'Which.', '[]', kind=list), "['a', 'b']", ['a', 'b']),
        (Argument('words', 'What.', ''), '5', '5'),
        (Argument('words', 'What.', ''), 'true', 'true'),
        (Argument('words', 'What.', ''), 'go: left, then {stop', 'go: left, then {stop'),
    ],
)
def test_a_text_becomes_a_value_of_the_kind_of_the_argument(argument, text, expected):
    found = value(argument, text)
    assert found == expected
    assert type(found) is type(expected)


@pytest.mark.parametrize('text', ['fast', 'true', '', '[1.0', '1.0, 2.0'])
def test_a_text_of_another_kind_is_refused_by_the_name_of_the_argument(text):
    with pytest.raises(ConfigError, match=r'speed: found .* expected a value of type float'):
        value(SPEED, text)


def test_a_name_that_is_nearly_one_of_the_arguments_is_told():
    (warning,) = mistyped_arguments([SPEED, SIDE], ['sped', 'side', 'somebody_elses'])
    assert warning == "argument 'sped' is unknown and ignored: did you mean 'speed'?"
