# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""Serving, training and encoding every window afresh give the same numbers, for both networks."""

import kosmos2_fixture
import numpy as np
import policy_fixture
import pytest
import torch

from mobile_vla_core.policies.network import PolicyOutput, window_indices
from mobile_vla_core.policies.streaming import StreamingPolicy

FRAMES = 9
INSTRUCTION = 'go left'
CLOSE, DIFFERENT = 1e-5, 1e-3


class Nano:
    """The small network and its fixtures."""

    network = staticmethod(policy_fixture.small_network)
    card_of = staticmethod(policy_fixture.card_of)
    frames = staticmethod(policy_fixture.random_frames)


class Kosmos2:
    """The large network at a small size, with a head that remembers."""

    card_of = staticmethod(kosmos2_fixture.card_of)
    frames = staticmethod(kosmos2_fixture.random_frames)

    @staticmethod
    def network():
        network = kosmos2_fixture.small_kosmos2()
        remember(network)
        return network


@torch.no_grad()
def remember(network):
    """Open the forget gates, so that the oldest frame of a window still counts."""
    for name, parameter in network.head.memory.named_parameters():
        if name.startswith('bias_ih'):
            size = len(parameter) // 4
            parameter[size : 2 * size] = 3.0


@pytest.fixture(params=[Nano, Kosmos2], ids=['nano', 'kosmos2_lstm'])
def kind(request):
    return request.param


def streamed(network, card, frames) -> PolicyOutput:
    """Encode one new frame at each step, as in serving."""
    policy = StreamingPolicy(network, card)
    policy.reset(INSTRUCTION)
    outputs = []
    for t, frame in enumerate(frames):
        policy.observe(frame, t * card.step_period)
        outputs.append(policy.output())
    return PolicyOutput(*(torch.cat(parts) for parts in zip(*outputs, strict=True)))


def clip_shared(network, frames) -> PolicyOutput:
    """Encode each frame of the clip once and gather the windows, as in training."""
    clips = torch.from_numpy(frames).permute(0, 3, 1, 2)[None]
    return network(clips, network.tokenize([INSTRUCTION]))


def naive(network, frames) -> PolicyOutput:
    """Encode all frames of every window again."""
    pixels = torch.from_numpy(frames).permute(0, 3, 1, 2)
    tokens = network.tokenize([INSTRUCTION] * network.window)
    outputs = [
        network.act(network.encode(pixels[indices], tokens)[None])
        for indices in window_indices(len(frames), network.window)
    ]
    return PolicyOutput(*(torch.cat(parts) for parts in zip(*outputs, strict=True)))


def difference(first: PolicyOutput, second: PolicyOutput) -> float:
    return max(float((a - b).abs().max()) for a, b in zip(first, second, strict=True))


@torch.no_grad()
def test_streaming_clip_shared_and_naive_windows_are_equal(kind):
    network, frames = kind.network(), kind.frames(FRAMES)
    windows = naive(network, frames)
    assert difference(clip_shared(network, frames), windows) <= CLOSE
    assert difference(streamed(network, kind.card_of(network), frames), windows) <= CLOSE


@torch.no_grad()
@pytest.mark.parametrize('changed', [0, 4, FRAMES - 1])
def test_the_comparison_fails_when_one_frame_differs(kind, changed):
    network, frames = kind.network(), kind.frames(FRAMES)
    windows = naive(network, frames)
    frames[changed] = 255 - frames[changed]
    assert difference(clip_shared(network, frames), windows) > DIFFERENT
    assert difference(streamed(network, kind.card_of(network), frames), windows) > DIFFERENT


@torch.no_grad()
def test_the_oldest_frame_of_a_window_counts_and_the_one_before_does_not(kind):
    network, frames = kind.network(), kind.frames(FRAMES)
    before = clip_shared(network, frames)
    frames[2] = 255 - frames[2]
    after = clip_shared(network, frames)
    oldest = 2 + network.window - 1  # the last window that holds frame 2
    assert difference(*(PolicyOutput(*(v[oldest] for v in o)) for o in (before, after))) > CLOSE
    later = [PolicyOutput(*(v[oldest + 1 :] for v in o)) for o in (before, after)]
    assert difference(*later) <= 1e-6


@torch.no_grad()
@pytest.mark.parametrize('pieces', [2, 4, 2 * FRAMES + 3])
def test_work_in_pieces_gives_what_it_gives_at_once_and_encodes_as_often_as_asked(kind, pieces):
    network, seen = kind.network().eval(), []
    clips = torch.from_numpy(np.stack([kind.frames(FRAMES), 255 - kind.frames(FRAMES)]))
    clips, tokens = clips.permute(0, 1, 4, 2, 3), network.tokenize([INSTRUCTION, 'go right'])
    whole = network(clips, tokens)

    def note(_, arguments, named):
        seen.append(len((*arguments, *named.values())[0]))

    network.parts()['vision'].register_forward_pre_hook(note, with_kwargs=True)
    assert difference(network(clips, tokens, pieces), whole) <= CLOSE
    assert len(seen) == pieces
    assert max(seen) <= -(-2 * FRAMES // pieces)


def gradients(network, forward, frames) -> dict[str, torch.Tensor]:
    """Return the gradients of a loss that weighs every output differently."""
    network.zero_grad()
    output = forward(network, frames)
    generator = torch.Generator().manual_seed(5)
    targets = [torch.randn(values.shape, generator=generator) for values in output]
    pairs = zip(output, targets, strict=True)
    sum((values - target).square().mean() for values, target in pairs).backward()
    return {n: p.grad.clone() for n, p in network.named_parameters() if p.grad is not None}


def furthest(first: dict[str, torch.Tensor], second: dict[str, torch.Tensor]) -> float:
    """Return the largest difference, as a share of the largest gradient of its tensor."""
    largest = max(float(values.abs().max()) for values in first.values())
    return max(
        float(
            (first[name] - second[name]).abs().max() / (first[name].abs().max() + 1e-3 * largest)
        )
        for name in first
    )


def test_gradients_of_the_clip_shared_loss_are_those_of_the_naive_windows(kind):
    network, frames = kind.network(), kind.frames(FRAMES)
    shared = gradients(network, clip_shared, frames)
    windows = gradients(network, naive, frames)
    assert shared.keys() == windows.keys()
    assert furthest(shared, windows) <= 1e-3
    frames[4] = 255 - frames[4]
    assert furthest(gradients(network, clip_shared, frames), windows) > 0.05
