# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""Tests for side_words.py."""

import random

import pytest

from mobile_vla_core.side_words import named_sides, side_order, swap_sides

PAIRS = [
    ('Pass the box on the left', 'Pass the box on the right'),
    ('LEFT, then Right', 'RIGHT, then Left'),
    ('keep the left-hand wall', 'keep the right-hand wall'),
    ('the leftmost cup', 'the rightmost cup'),
    ('drift leftwards', 'drift rightwards'),
    ('turn clockwise', 'turn counterclockwise'),
    ('Drive left around the box', 'Drive right around the box'),
    ('turn left in front of the box', 'turn right in front of the box'),
    ('the cup is left of the box', 'the cup is right of the box'),
    ('turn left now', 'turn right now'),
    ('take the second left', 'take the second right'),
    ('상자를 왼쪽으로 돌아서 컵까지 가', '상자를 오른쪽으로 돌아서 컵까지 가'),
    ('왼쪽을 보고 왼쪽에서 왼쪽은 왼쪽이', '오른쪽을 보고 오른쪽에서 오른쪽은 오른쪽이'),
    ('왼 쪽으로', '오른 쪽으로'),
    ('오른편에 컵을 두고 우회전', '왼편에 컵을 두고 좌회전'),
    ('맨왼쪽 상자', '맨오른쪽 상자'),
    ('왼손 방향, 왼뒤로', '오른손 방향, 오른뒤로'),
    ('좌측으로 붙어', '우측으로 붙어'),
    ('좌로 돌아', '우로 돌아'),
    ('좌, 그리고 우', '우, 그리고 좌'),
    ('좌편에 있는 상자', '우편에 있는 상자'),
    ('좌향좌', '우향우'),
    ('좌전방의 컵', '우전방의 컵'),
    ('시계 방향으로 돌아', '반시계 방향으로 돌아'),
    ('go left, 왼쪽', 'go right, 오른쪽'),
]

NO_SIDE = [
    'drive to the cup',
    'a bright, leftover box',
    'stop right in front of the cup',
    'the cup is right behind the box',
    'Right now drive to the cup',
    'start right away',
    "that's right, go on",
    'all right',
    'drive the right way',
    'keep the right distance',
    'at a right angle to the box',
    'nothing left to pass',
    'what is left',
    'the door is left open',
    'copyright, upright, forthright',
    '상자를 우회해서 컵까지 가',
    '우선 멈춰',
    '언덕을 오른 뒤 멈춰',
    '떠오른 쪽',
    '우편함 앞에 멈춰',
    '좌우로 흔들지 마',
    '우산과 좌석, 좌표, 우유',
    '시계를 봐',
]


@pytest.mark.parametrize(('text', 'mirrored'), PAIRS)
def test_every_side_is_swapped_both_ways_and_nothing_else(text, mirrored):
    assert swap_sides(text) == mirrored
    assert swap_sides(mirrored) == text


@pytest.mark.parametrize('text', NO_SIDE)
def test_what_names_no_side_stays(text):
    assert swap_sides(text) == text
    assert named_sides(text) == frozenset()


@pytest.mark.parametrize(
    ('text', 'mirrored'),
    [
        ('turn counter-clockwise', 'turn clockwise'),
        ('turn anticlockwise', 'turn clockwise'),
        ('turn anti-clockwise', 'turn clockwise'),
        ('시계 반대 방향으로', '시계 방향으로'),
        ('바른쪽으로', '왼쪽으로'),
    ],
)
def test_other_spellings_are_known(text, mirrored):
    assert swap_sides(text) == mirrored


@pytest.mark.parametrize(
    ('text', 'mirrored'),
    [
        ('stop left beside the cup', 'stop to the right beside the cup'),
        ('go left away from it', 'go to the right away from it'),
        ('take the left way', 'take the right-hand way'),
    ],
)
def test_a_mirrored_side_is_never_read_as_something_else(text, mirrored):
    assert swap_sides(text) == mirrored
    assert named_sides(mirrored) == {'right'}
    assert named_sides(swap_sides(mirrored)) == {'left'}


@pytest.mark.parametrize(
    ('text', 'sides'),
    [
        ('go left', {'left'}),
        ('오른쪽으로 가', {'right'}),
        ('left of the box, then right', {'left', 'right'}),
        ('좌측', {'left'}),
        ('turn clockwise', set()),
        ('go on', set()),
    ],
)
def test_the_sides_of_an_instruction_are_told(text, sides):
    assert named_sides(text) == sides


def test_of_random_sentences_the_mirror_changes_the_sides_and_gives_them_back():
    neutral = [
        'go',
        'the box',
        'and',
        'pass',
        '상자를',
        '컵까지',
        'bright',
        '가',
        'cup,',
        '돌아서',
        '2',
    ]
    sides = ['left', 'Right', 'LEFT', 'leftmost', '왼쪽으로', '오른편에', '좌측', '우회전', '좌로']
    other = {'left': 'right', 'right': 'left'}
    chance = random.Random(0)
    mirrored_some = 0
    for _ in range(2000):
        words = chance.choices(neutral + sides, k=chance.randint(1, 9))
        text = ' '.join(words)
        mirrored = swap_sides(text)
        assert swap_sides(mirrored) == text
        assert named_sides(mirrored) == {other[side] for side in named_sides(text)}
        for before, after in zip(text.split(), mirrored.split(), strict=True):
            assert (before != after) == any(before == side for side in sides)
        mirrored_some += mirrored != text
    assert mirrored_some > 1000


@pytest.mark.parametrize(
    ('text', 'order'),
    [
        ('left of the box, then right of the cup', ('left', 'right')),
        ('right of the box, then left of the cup', ('right', 'left')),
        ('왼쪽으로 갔다가 우회전', ('left', 'right')),
        ('turn clockwise, then anti-clockwise', ('clockwise', 'counterclockwise')),
        ('시계 반대 방향으로 돌고 시계 방향으로', ('counterclockwise', 'clockwise')),
        ('stop right in front of the cup', ()),
    ],
)
def test_sides_are_told_in_their_order(text, order):
    assert side_order(text) == order
