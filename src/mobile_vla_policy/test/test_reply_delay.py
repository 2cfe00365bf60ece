# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""Tests for reply_delay.py."""

import pytest

from mobile_vla_policy.record import ReplyKind, ReplyRecord
from mobile_vla_policy.reply_delay import ReplyDelay


def reply(sequence):
    return ReplyRecord(ReplyKind.CHUNK, sequence, inference_ms=20.0)


def test_answers_come_later_and_in_order():
    delay = ReplyDelay(0.3)
    delay.put(reply(1), 10.0)
    delay.put(reply(2), 10.1)
    assert delay.due(10.29) == []
    assert delay.left(10.2) == pytest.approx(0.1)
    assert [one.sequence for one in delay.due(10.45)] == [1, 2]
    assert delay.left(10.45) == float('inf')


def test_the_delay_counts_as_inference():
    delay = ReplyDelay(0.3)
    delay.put(reply(1), 10.0)
    (late,) = delay.due(11.0)
    assert late.inference_ms == 320.0


def test_without_a_delay_an_answer_is_due_at_once():
    delay = ReplyDelay(0.0)
    delay.put(reply(1), 10.0)
    assert delay.due(10.0) == [reply(1)]


def test_answers_of_a_worker_that_is_gone_never_come():
    delay = ReplyDelay(0.3)
    delay.put(reply(1), 10.0)
    delay.clear()
    assert delay.due(20.0) == []
