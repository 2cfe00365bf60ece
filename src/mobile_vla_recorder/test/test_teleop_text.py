# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""Tests for teleop/text.py."""

from mobile_vla_recorder.teleop.text import cut, display_width, printable, wrap

RED = '\x1b[31mab\x1b[0mcd'


def test_korean_takes_two_columns_and_a_colour_none():
    assert display_width('상자 a') == 6
    assert display_width(RED) == 4


def test_a_cut_line_keeps_its_colours_and_never_half_a_letter():
    assert cut(RED, 3) == '\x1b[31mab\x1b[0mc'
    assert cut('상자', 3) == '상'


def test_what_is_wrapped_is_indented_and_fits():
    assert wrap('> one two three or', 10) == ['> one two', '  three or']
    assert all(display_width(line) <= 7 for line in wrap('> 상자를 왼쪽으로돌아서', 7))


def test_control_characters_are_left_out():
    assert printable('a\x1b[2J\nb') == 'a[2Jb'
