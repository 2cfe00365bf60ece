# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""Tests for instruction_watch.py."""

from mobile_vla_policy.instruction_watch import InstructionWatch

SEEN = ('go left', 'go right')


def test_a_known_instruction_is_neither_refused_nor_warned_of():
    watch = InstructionWatch(SEEN, 0.0)
    assert watch.refusal('Go left!') == ''
    assert watch.warning('Go left!') == ''


def test_an_unlike_one_is_warned_of_and_followed_by_default():
    watch = InstructionWatch(SEEN, 1.0)
    assert watch.refusal('make coffee') == ''
    assert 'unlike those of training: the nearest is "go left"' in watch.warning('make coffee')


def test_an_unlike_one_is_refused_by_option_with_nearest_distance_and_option():
    refusal = InstructionWatch(SEEN, 0.6).refusal('make coffee')
    assert 'the nearest is "go left", at a distance of 1.00' in refusal
    assert refusal.endswith('refuse_unseen_above is 0.6')


def test_no_instruction_is_always_allowed():
    watch = InstructionWatch(SEEN, 0.0)
    assert (watch.refusal('  '), watch.warning('')) == ('', '')
