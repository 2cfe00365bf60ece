# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""Tests for record.py."""

import numpy as np

from mobile_vla_policy.record import FrameRecord, RECORD_BYTES, ReplyKind, ReplyRecord

FRAME = FrameRecord(
    sequence=2**40,
    generation=7,
    stamp=1_763_829_000.123456,
    size=43200,
    height=90,
    width=160,
    step=480,
    encoding='rgb8',
    instruction='컵까지 왼쪽으로 go',
)


def test_a_frame_record_comes_back_as_it_was():
    assert FrameRecord.unpack(FRAME.pack()) == FRAME


def test_a_reply_comes_back_as_it_was():
    actions = np.random.default_rng(0).normal(size=(8, 4)).astype(np.float32)
    sent = ReplyRecord(ReplyKind.CHUNK, 3, 7, 12.5, 3.25, 0xFFFFFFFF, 'seen', actions)
    got = ReplyRecord.unpack(sent.pack())
    np.testing.assert_array_equal(got.actions, actions)
    assert (got.kind, got.sequence, got.generation, got.stamp) == (ReplyKind.CHUNK, 3, 7, 12.5)
    assert np.isnan([got.brightness, got.contrast]).all()
    assert (got.inference_ms, got.crc32, got.text) == (3.25, 0xFFFFFFFF, 'seen')


def test_a_reply_describes_the_frame():
    sent = ReplyRecord(ReplyKind.SEEN, crc32=9, brightness=100.5, contrast=20.25)
    got = ReplyRecord.unpack(sent.pack())
    assert (got.crc32, got.brightness, got.contrast) == (9, 100.5, 20.25)


def test_a_reply_without_actions_has_none():
    assert ReplyRecord.unpack(ReplyRecord(ReplyKind.READY).pack()).actions is None


def test_a_text_too_long_for_a_record_is_cut_between_characters():
    packed = ReplyRecord(ReplyKind.FAILED, text='왼' * RECORD_BYTES).pack()
    assert len(packed) < RECORD_BYTES
    assert set(ReplyRecord.unpack(packed).text) == {'왼'}
