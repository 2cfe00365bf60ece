# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""Tests for backlog.py."""

import pytest

from mobile_vla_policy.backlog import Backlog


@pytest.fixture
def backlog():
    return Backlog(slots=3, limit=2.0)


def test_it_is_full_when_every_slot_waits_and_no_longer_when_one_is_answered(backlog):
    numbers = []
    while not backlog.full:
        numbers.append(backlog.next)
        backlog.sent(1.0)
    assert numbers == [1, 2, 3]
    backlog.answered(1, 1.1)
    assert (backlog.full, backlog.waiting, backlog.next) == (False, 2, 4)


def test_it_is_overdue_when_a_frame_waits_for_longer_than_the_limit(backlog):
    backlog.sent(100.0)
    assert not backlog.overdue(102.0)
    assert backlog.overdue(102.1)


def test_further_frames_do_not_put_the_limit_off(backlog):
    backlog.sent(100.0)
    backlog.sent(101.9)
    assert backlog.overdue(102.1)


def test_each_answer_puts_it_off_while_others_wait(backlog):
    backlog.sent(100.0)
    backlog.sent(100.1)
    backlog.answered(1, 101.9)
    assert not backlog.overdue(103.8)
    assert backlog.overdue(104.0)


def test_it_is_never_overdue_while_nothing_waits(backlog):
    assert not backlog.overdue(1e9)
    backlog.sent(100.0)
    backlog.answered(1, 100.1)
    assert not backlog.overdue(1e9)


def test_a_new_worker_starts_without_the_frames_of_the_old_one(backlog):
    backlog.sent(100.0)
    backlog.clear()
    assert (backlog.waiting, backlog.next, backlog.overdue(1e9)) == (0, 1, False)
