# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""Tests for instruction_match.py."""

import pytest

from mobile_vla_core.instruction import mirror_instruction
from mobile_vla_core.instruction_match import (
    instruction_distance,
    InstructionMatch,
    nearest_instruction,
    UNLIKE,
)

SEEN = (
    'Navigate around the single box obstacle by going left',
    'Navigate around the single box obstacle by going right',
    '상자를 왼쪽으로 돌아서 컵까지 가',
)


@pytest.mark.parametrize(
    ('first', 'second'),
    [
        ('Go left', 'go LEFT!'),
        ('go to the cup', 'to the cup go'),
        ('왼쪽으로 가', '\u110b\u116c\u11ab쪽으로 가'),
    ],
)
def test_case_punctuation_order_and_unicode_forms_do_not_count(first, second):
    assert instruction_distance(first, second) == 0.0


@pytest.mark.parametrize(
    ('first', 'second'),
    [
        ('go around the box on the left', 'go around the boxes on the left'),
        ('상자를 왼쪽으로 돌아서 컵까지 가', '상자 왼쪽으로 돌아서 컵까지 가세요'),
        (SEEN[0], 'Navigate around the box by going left'),
    ],
)
def test_other_endings_and_particles_stay_near(first, second):
    assert 0.0 < instruction_distance(first, second) < UNLIKE


@pytest.mark.parametrize(
    'text',
    [
        *SEEN,
        'left',
        '좌회전',
        'turn clockwise at the box and then drive straight on to the cup, slowly, please',
        'left of the first box, right of the second one',
    ],
)
def test_the_other_side_is_never_near(text):
    mirrored = mirror_instruction(text)
    assert mirrored != text
    assert instruction_distance(text, mirrored) >= UNLIKE
    assert InstructionMatch(text, instruction_distance(text, mirrored)).is_unlike


def test_a_side_that_is_missing_is_not_near_either():
    assert instruction_distance('go around the box on the left', 'go around the box') >= UNLIKE


def test_nothing_in_common_is_one():
    assert instruction_distance(SEEN[0], '춤을 춰 봐') == 1.0
    assert instruction_distance(SEEN[0], '') == 1.0


def test_the_distance_is_the_same_both_ways_and_within_its_range():
    texts = [*SEEN, 'stop', 'fetch the ball', '컵까지 가', '']
    for first in texts:
        for second in texts:
            distance = instruction_distance(first, second)
            assert distance == instruction_distance(second, first)
            assert 0.0 <= distance <= 1.0


def test_the_nearest_of_the_same_side_is_found():
    match = nearest_instruction('navigate around the box obstacle by going right', SEEN)
    assert match.nearest == SEEN[1]
    assert not match.is_unlike
    korean = nearest_instruction('상자 왼쪽으로 돌아 컵까지 가', SEEN)
    assert (korean.nearest, korean.is_unlike) == (SEEN[2], False)


def test_an_unlike_instruction_is_told_with_its_nearest_and_distance():
    match = nearest_instruction('make a cup of coffee', SEEN)
    assert match.is_unlike
    assert f'"{match.nearest}", at a distance of {match.distance:.2f}' in match.sentence


def test_without_instructions_of_training_everything_is_unlike():
    match = nearest_instruction('go left', ())
    assert (match.nearest, match.distance, match.is_unlike) == ('', 1.0, True)
    assert 'names no instruction' in match.sentence
