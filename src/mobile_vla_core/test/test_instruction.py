# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""Tests for instruction.py."""

import unicodedata
import zlib

import pytest

from mobile_vla_core.errors import InstructionError
from mobile_vla_core.instruction import (
    check_instruction,
    hash_words,
    instruction_sides,
    mirror_instruction,
)


def test_mirror_swaps_the_sides_in_both_languages():
    assert mirror_instruction('LEFT of the box, 오른쪽으로') == 'RIGHT of the box, 왼쪽으로'
    assert instruction_sides('LEFT of the box') == {'left'}


def test_decomposed_korean_is_mirrored_too():
    decomposed = unicodedata.normalize('NFD', '왼쪽으로')
    assert mirror_instruction(decomposed) == '오른쪽으로'
    assert instruction_sides(decomposed) == {'left'}


def test_words_are_numbered_by_crc32_of_their_lower_case():
    assert hash_words('Go LEFT', 1024) == [
        1 + zlib.crc32(b'go') % 1023,
        1 + zlib.crc32(b'left') % 1023,
    ]


def test_numbers_leave_zero_to_padding_and_stay_below_the_buckets():
    numbers = hash_words(' '.join(f'word{i}' for i in range(500)), 8)
    assert set(numbers) == set(range(1, 8))


def test_korean_words_share_numbers_whatever_particle_follows():
    towards, object_form = (set(hash_words(text, 2**20)) for text in ('왼쪽으로', '왼쪽을'))
    other_side = set(hash_words('오른쪽으로', 2**20))
    assert towards & object_form
    assert not towards & object_form & other_side


def test_composed_and_decomposed_korean_give_the_same_numbers():
    composed = '왼쪽'
    decomposed = '\u110b\u116c\u11ab\u110d\u1169\u11a8'
    assert composed != decomposed
    assert hash_words(composed, 1024) == hash_words(decomposed, 1024)


@pytest.mark.parametrize('text', ['', '  ', '?!'])
def test_an_instruction_without_words_is_refused(text):
    with pytest.raises(InstructionError, match='holds no word'):
        check_instruction(text)
