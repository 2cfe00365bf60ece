# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""Tests for worker.py, in this process."""

import time
import zlib

import numpy as np
import pytest

from mobile_vla_core.checkpoint import load_policy
from mobile_vla_core.images import encode_jpeg
from mobile_vla_core.picture import COMPRESSED
from mobile_vla_policy.frame_buffer import FrameBuffer
from mobile_vla_policy.record import FrameRecord, ReplyKind
from mobile_vla_policy.worker import Worker


@pytest.fixture(scope='module')
def policy(checkpoint):
    return load_policy(checkpoint)


@pytest.fixture
def bench(checkpoint, policy):
    """Return a function that lets a worker see pictures; each is (sequence, generation)."""
    buffer = FrameBuffer()
    usual = Worker(load_policy(checkpoint), buffer)
    usual.warm_up()

    def show(*frames, encoding='rgb8', instruction='go left', worker=usual):
        records = []
        for sequence, generation in frames:
            rgb = picture(sequence)
            data = encode_jpeg(rgb) if encoding == COMPRESSED else rgb.tobytes()
            buffer.write(sequence, memoryview(data))
            height, width = rgb.shape[:2]
            records.append(
                FrameRecord(
                    sequence,
                    generation,
                    0.1 * sequence,
                    len(data),
                    height,
                    width,
                    3 * width,
                    encoding,
                    instruction,
                )
            )
        return worker.answer(records)

    show.slow = Worker(slow_policy(checkpoint), buffer)
    return show


def slow_policy(checkpoint):
    """Load a policy that takes longer for a prediction than a step does."""
    policy = load_policy(checkpoint)
    predict = policy.predict

    def predict_slowly():
        time.sleep(1.1 * policy.card.step_period)
        return predict()

    policy.predict = predict_slowly
    return policy


def picture(seed):
    coarse = np.random.default_rng(seed).integers(0, 255, (9, 16, 3), dtype=np.uint8)
    return np.kron(coarse, np.ones((20, 20, 1), np.uint8))


def expected_actions(policy, seeds, instruction='go left'):
    policy.reset(instruction)
    for seed in seeds:
        policy.observe(policy.card.preprocessing.from_rgb(picture(seed)), 0.1 * seed)
    return policy.predict().actions


def test_the_network_sees_the_bytes_that_training_saw(bench, policy):
    seen = policy.card.preprocessing(encode_jpeg(picture(1)))
    raw, compressed = bench((1, 1))[0], bench((1, 2), encoding=COMPRESSED)[0]
    assert raw.crc32 == compressed.crc32 == zlib.crc32(seen)


def test_every_frame_that_was_seen_is_described(bench, policy):
    for reply in bench((1, 1), (2, 1)):
        seen = policy.card.preprocessing(encode_jpeg(picture(reply.sequence)))
        assert reply.crc32 == zlib.crc32(seen)
        assert reply.brightness == pytest.approx(seen.mean(), rel=1e-5)
        assert reply.contrast == pytest.approx(seen.std(axis=(0, 1)).max(), rel=1e-5)


def test_the_chunk_is_the_policys_and_carries_the_stamp_of_its_frame(bench, policy):
    (reply,) = bench((1, 1))
    assert reply.kind is ReplyKind.CHUNK
    assert (reply.sequence, reply.generation, reply.stamp) == (1, 1, pytest.approx(0.1))
    assert reply.inference_ms > 0.0
    np.testing.assert_array_equal(reply.actions, expected_actions(policy, [1]))


def test_waiting_frames_are_all_seen_and_only_the_newest_is_answered_with_a_chunk(bench, policy):
    replies = bench((1, 1), (2, 1), (3, 1))
    assert [reply.kind for reply in replies] == [ReplyKind.SEEN, ReplyKind.SEEN, ReplyKind.CHUNK]
    np.testing.assert_array_equal(replies[-1].actions, expected_actions(policy, [1, 2, 3]))


def test_a_model_slower_than_the_step_sees_only_the_newest_of_those_that_wait(bench, policy):
    bench((1, 1), worker=bench.slow)
    replies = bench((2, 1), (3, 1), (4, 1), worker=bench.slow)
    assert [reply.kind for reply in replies] == [*[ReplyKind.SKIPPED] * 2, ReplyKind.CHUNK]
    np.testing.assert_array_equal(replies[-1].actions, expected_actions(policy, [1, 4]))


def test_history_goes_on_within_a_generation_and_ends_with_it(bench, policy):
    bench((1, 1))
    (second,) = bench((2, 1))
    np.testing.assert_array_equal(second.actions, expected_actions(policy, [1, 2]))
    (renewed,) = bench((3, 2), instruction='go right')
    np.testing.assert_array_equal(renewed.actions, expected_actions(policy, [3], 'go right'))


def test_waiting_frames_of_an_old_generation_are_never_shown_to_the_policy(bench, policy):
    replies = bench((1, 1), (2, 1), (3, 2))
    assert [reply.kind for reply in replies] == [ReplyKind.SEEN, ReplyKind.SEEN, ReplyKind.CHUNK]
    np.testing.assert_array_equal(replies[-1].actions, expected_actions(policy, [3]))


def test_a_picture_of_an_unknown_encoding_is_answered_with_a_sentence(bench, policy):
    (reply,) = bench((1, 1), encoding='bayer_rggb8')
    assert reply.kind is ReplyKind.BAD_IMAGE
    assert 'bayer_rggb8' in reply.text
    (next_reply,) = bench((2, 1))
    np.testing.assert_array_equal(next_reply.actions, expected_actions(policy, [2]))


def test_what_the_camera_shows_is_told_without_an_instruction(bench):
    (first,), (second,), (same,) = (bench((seed, 1), instruction='') for seed in (1, 2, 2))
    assert first.kind is second.kind is ReplyKind.BAD_CHUNK
    assert 0 != first.crc32 != second.crc32 == same.crc32 != 0


def test_an_instruction_without_a_word_is_answered_with_a_sentence(bench):
    (reply,) = bench((1, 1), instruction='?!')
    assert reply.kind is ReplyKind.BAD_CHUNK
    assert 'holds no word' in reply.text
