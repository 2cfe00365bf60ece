# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""Tests for teleop/key_map.py."""

import math

import pytest

from mobile_vla_recorder.teleop.key_map import DIRECTIONS, FASTER, KeyDecoder, SLOWER, SpeedScale


@pytest.mark.parametrize(
    ('key', 'velocity'),
    [
        ('w', (0.5, 0, 0)),
        ('s', (-0.5, 0, 0)),
        ('a', (0, 0.5, 0)),
        ('d', (0, -0.5, 0)),
        ('r', (0, 0, 2)),
        ('t', (0, 0, -2)),
    ],
)
def test_keys_drive_as_rep_103_says(key, velocity):
    assert SpeedScale(0.5, 2.0).velocity(DIRECTIONS[key]) == pytest.approx(velocity)


@pytest.mark.parametrize(
    ('key', 'x', 'y'), [('q', 1, 1), ('e', 1, -1), ('z', -1, 1), ('c', -1, -1)]
)
def test_diagonals_are_as_fast_as_straight_ahead(key, x, y):
    velocity = SpeedScale(0.5, 2.0).velocity(DIRECTIONS[key])
    assert math.hypot(*velocity) == pytest.approx(0.5)
    assert (math.copysign(1, velocity[0]), math.copysign(1, velocity[1])) == (x, y)


@pytest.mark.parametrize(('key', 'turns'), [('a', 1), ('d', -1), ('q', 1), ('e', -1), ('z', -1)])
def test_a_base_that_cannot_move_sideways_turns_to_that_side(key, turns):
    _, y, turn = SpeedScale(0.5, 2.0, sideways=False).velocity(DIRECTIONS[key])
    assert y == 0
    assert math.copysign(1, turn) == turns


def test_speed_changes_in_tenths_and_stays_in_its_range():
    scale = SpeedScale(0.5, 1.0)
    assert scale.changed(FASTER).velocity((1, 0, 0))[0] == pytest.approx(0.55)
    for key, percent in ((SLOWER, 10), (FASTER, 200)):
        for _ in range(30):
            scale = scale.changed(key)
        assert scale.percent == percent


def test_caps_lock_does_not_change_a_key_but_shift_m_is_its_own():
    assert KeyDecoder().feed(b'wWmMnN ') == ['w', 'w', 'm', 'M', 'n', 'n', ' ']


def test_an_arrow_is_one_key_even_when_its_bytes_come_one_by_one():
    decoder = KeyDecoder()
    assert [decoder.feed(bytes([byte])) for byte in b'\x1b[A'] == [[], [], ['w']]
    assert decoder.feed(b'\x1bOD\x1b[B') == ['a', 's']


@pytest.mark.parametrize('sequence', [b'\x1b[3~', b'\x1b[1;5A', b'\x1b[200~', b'\x1bd', b'\x1bOP'])
def test_other_sequences_are_dropped_whole(sequence):
    assert KeyDecoder().feed(sequence + b'r') == ['r']


def test_a_character_cut_in_its_middle_is_one_key():
    decoder = KeyDecoder()
    first, second = '왼'.encode()[:2], '왼'.encode()[2:]
    assert decoder.feed(first) == []
    assert decoder.feed(second + b'\xffw') == ['왼', '\ufffd', 'w']
