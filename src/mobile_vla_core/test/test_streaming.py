# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""Tests for policies/streaming.py."""

import numpy as np
from policy_fixture import card_of, CHUNK, random_frames, small_network
import pytest
import torch

from mobile_vla_core.action_space import ActionType
from mobile_vla_core.errors import ActionSpaceError, InstructionError
from mobile_vla_core.policies.base import PolicyError
from mobile_vla_core.policies.streaming import StreamingPolicy

FRAMES = 11
A_LITTLE_BEYOND = 4.6
"""A normalised velocity that exceeds every limit of the card, but not unsoundly."""


@pytest.fixture
def policy() -> StreamingPolicy:
    network = small_network()
    return StreamingPolicy(network, card_of(network))


def stream(policy, frames):
    """Return velocity, shape (T, C, 3), and type logits as serving computes them."""
    policy.reset('go left')
    outputs = []
    for t, frame in enumerate(frames):
        policy.observe(frame, t * 0.1)
        outputs.append(policy.output())
    return tuple(torch.cat(parts) for parts in zip(*outputs, strict=True))


def windowed(policy, frames):
    """Return the same as training computes them, over the whole clip at once."""
    clips = torch.from_numpy(frames).permute(0, 3, 1, 2)[None]
    with torch.inference_mode():
        return policy.network(clips, policy.network.tokenize(['go left']))


def test_streaming_equals_the_windows_of_training(policy):
    frames = random_frames(FRAMES)
    for served, trained in zip(stream(policy, frames), windowed(policy, frames), strict=True):
        assert (served - trained).abs().max() <= 1e-5


@pytest.mark.parametrize('changed', [0, 5, FRAMES - 1])
def test_the_comparison_fails_when_one_frame_differs(policy, changed):
    frames = random_frames(FRAMES)
    served, _ = stream(policy, frames)
    frames[changed] = 255 - frames[changed]
    trained, _ = windowed(policy, frames)
    assert (served - trained).abs().max() > 1e-4


def test_a_reset_forgets_every_frame(policy):
    frames = random_frames(FRAMES)
    fresh, _ = stream(policy, frames[6:])
    stream(policy, frames[:6])
    again, _ = stream(policy, frames[6:])
    torch.testing.assert_close(again, fresh, rtol=0, atol=0)


def test_a_new_instruction_changes_the_prediction(policy):
    frame = random_frames(1)[0]
    chunks = []
    for text in ('go left', 'go right'):
        policy.reset(text)
        policy.observe(frame, 0.0)
        chunks.append(policy.predict().actions)
    assert np.abs(chunks[0] - chunks[1]).max() > 1e-4


def test_a_chunk_starts_at_the_newest_frame_in_physical_units(policy):
    policy.reset('go left')
    for stamp, frame in zip((3.0, 3.1), random_frames(2), strict=True):
        policy.observe(frame, stamp)
    chunk = policy.predict()
    assert chunk.stamp == 3.1
    assert chunk.step_period == policy.card.step_period
    assert chunk.actions.shape == (CHUNK, 4)
    assert chunk.actions.dtype == np.float32
    low, high = np.array(policy.card.codec.limits).T
    assert ((chunk.actions[:, :3] >= low) & (chunk.actions[:, :3] <= high)).all()


def test_predictions_are_clipped_to_the_limits_of_the_data(policy):
    with torch.no_grad():
        policy.network.head.velocity.bias.fill_(A_LITTLE_BEYOND)
        policy.network.head.action_type.bias.view(CHUNK, -1)[:, ActionType.MOVEMENT] = 100.0
    policy.reset('go left')
    policy.observe(random_frames(1)[0], 0.0)
    highest = [high for _, high in policy.card.codec.limits]
    np.testing.assert_array_equal(policy.predict().actions[:, :3], [highest] * CHUNK)


def test_an_action_of_type_stop_does_not_move(policy):
    with torch.no_grad():
        policy.network.head.velocity.bias.fill_(A_LITTLE_BEYOND)
        policy.network.head.action_type.bias.view(CHUNK, -1)[1, ActionType.STOP] = 100.0
        policy.network.head.action_type.bias.view(CHUNK, -1)[0, ActionType.MOVEMENT] = 100.0
    policy.reset('go left')
    policy.observe(random_frames(1)[0], 0.0)
    actions = policy.predict().actions
    assert actions[0, 0] > 0.0
    np.testing.assert_array_equal(actions[1], [0.0, 0.0, 0.0, ActionType.STOP])


@pytest.mark.parametrize('value', [float('nan'), 100.0])
def test_an_unsound_prediction_is_refused_even_where_it_would_not_move(policy, value):
    with torch.no_grad():
        policy.network.head.velocity.bias.fill_(value)
        policy.network.head.action_type.bias.view(CHUNK, -1)[:, ActionType.STOP] = 100.0
    policy.reset('go left')
    policy.observe(random_frames(1)[0], 0.0)
    with pytest.raises(ActionSpaceError, match='the policy predicted'):
        policy.predict()


def test_use_out_of_order_is_refused(policy):
    with pytest.raises(PolicyError, match='no instruction yet'):
        policy.observe(random_frames(1)[0], 0.0)
    policy.reset('go left')
    with pytest.raises(PolicyError, match='no frame since its reset'):
        policy.predict()
    with pytest.raises(InstructionError, match='holds no word'):
        policy.reset(' ')


@pytest.mark.parametrize(
    'frame', [np.zeros((90, 160, 3), np.uint8), random_frames(1)[0].astype(np.float32)]
)
def test_a_frame_that_was_not_preprocessed_is_refused(policy, frame):
    policy.reset('go left')
    with pytest.raises(PolicyError, match=r'expected a preprocessed frame of shape \(24, 32, 3\)'):
        policy.observe(frame, 0.0)


def test_a_read_only_frame_from_shared_memory_is_accepted(policy):
    frame = random_frames(1)[0]
    frame.setflags(write=False)
    policy.reset('go left')
    policy.observe(frame, 0.0)
    assert len(policy.predict().actions) == CHUNK
