# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""
What one new frame costs the Kosmos-2 policy, beside encoding its whole window again.

CPU seconds on one thread, the best of the runs, head included. The two ways must give the same
chunk (max_abs_difference); with another picture for the oldest frame they must not
(control_difference). Weights are random, but drawn so that the picture reaches the output.
"""

from __future__ import annotations

from collections.abc import Callable
import sys
import time
from typing import Any

import cv2
import numpy as np
from rig.result import give_result, result_parser
import torch

from mobile_vla_core.action_space import ActionCodec
from mobile_vla_core.images import Preprocessing
from mobile_vla_core.policies.kosmos2 import Kosmos2LstmNetwork
from mobile_vla_core.policies.network import HEAD, PolicyOutput
from mobile_vla_core.policies.streaming import StreamingPolicy
from mobile_vla_core.policy_card import PolicyCard

SMALL = {
    'lstm_dim': 128,
    'backbone': {
        'text': {'embed_dim': 256, 'layers': 4, 'ffn_dim': 1024, 'attention_heads': 4},
        'vision': {
            'hidden_size': 256,
            'intermediate_size': 1024,
            'num_hidden_layers': 4,
            'num_attention_heads': 4,
        },
    },
}
INSTRUCTION = 'go left'
STEP_PERIOD = 0.1
PIXELS = 224
SHIFT = 6
"""Pixels that the picture moves from one frame to the next."""


def build(real_size: bool, dtype: torch.dtype) -> Kosmos2LstmNetwork:
    """Return the network, at a small or the real size, with an encoder of a number format."""
    torch.manual_seed(0)
    torch.set_default_dtype(dtype)
    network = Kosmos2LstmNetwork.empty({} if real_size else SMALL).eval().requires_grad_(False)
    torch.set_default_dtype(torch.float32)
    network.parts()[HEAD].float()
    draw_weights(network)
    return network


@torch.no_grad()
def draw_weights(network: Kosmos2LstmNetwork) -> None:
    """
    Draw weights of a size at which no layer loses the signal.

    With the weights that training begins with, features hardly depend on the picture, and any
    comparison of features would succeed.
    """
    for name, parameter in network.named_parameters():
        if parameter.ndim > 1:
            embedding = 'embed_tokens' in name or 'position_embedding' in name
            inputs = parameter.shape[-1] if embedding else parameter[0].numel()
            parameter.uniform_(-1.0, 1.0).mul_((3.0 / inputs) ** 0.5)
        elif name.endswith('.weight'):  # of a normalisation
            parameter.fill_(1.0)
        elif 'memory.bias_ih' in name:
            parameter.zero_()
            size = len(parameter) // 4
            parameter[size : 2 * size] = 3.0  # forget slowly: the oldest frame counts too
        else:
            parameter.uniform_(-0.1, 0.1)
    network.backbone.image_to_text_projection.dense.weight.mul_(8.0)


def moving_picture(count: int) -> np.ndarray:
    """Return frames, shape (count, PIXELS, PIXELS, 3) uint8, of a textured wall passing by."""
    random = np.random.default_rng(0)
    wide = PIXELS + SHIFT * count
    wall = np.zeros((PIXELS, wide, 3), dtype=np.float32)
    for cells, contrast in ((4, 60), (16, 40), (60, 25)):
        layer = random.normal(0, contrast, (cells, cells * wide // PIXELS, 3)).astype(np.float32)
        wall += cv2.resize(layer, (wide, PIXELS), interpolation=cv2.INTER_CUBIC)
    wall = np.clip(wall + 120, 0, 255).astype(np.uint8)
    return np.stack([wall[:, SHIFT * t : SHIFT * t + PIXELS] for t in range(count)])


def window_features(network: Kosmos2LstmNetwork, frames: np.ndarray) -> torch.Tensor:
    """Encode all frames of a window, shape (W, PIXELS, PIXELS, 3), at once."""
    pixels = torch.from_numpy(frames).permute(0, 3, 1, 2)
    with torch.inference_mode():
        return network.encode(pixels, network.tokenize([INSTRUCTION] * len(frames)))


def predict(network: Kosmos2LstmNetwork, features: torch.Tensor) -> PolicyOutput:
    """Predict from the features of a window, shape (W, F)."""
    with torch.inference_mode():
        return network.act(features[None])


def difference(first: PolicyOutput, second: PolicyOutput) -> float:
    """Return the largest difference of any output."""
    return max(float((a - b).abs().max()) for a, b in zip(first, second, strict=True))


def timed(work: Callable[[], Any]) -> tuple[float, Any]:
    """Return the CPU time of some work [s], and what it gave."""
    start = time.process_time()
    result = work()
    return time.process_time() - start, result


def measure(real_size: bool, dtype: torch.dtype) -> dict[str, Any]:
    """Return all figures."""
    network = build(real_size, dtype)
    window = network.window
    frames = moving_picture(window)
    codec = ActionCodec((1.0, 1.0, 1.0), ((-1.0, 1.0),) * 3)
    preprocessing = Preprocessing(PIXELS, PIXELS)
    card = PolicyCard(
        'kosmos2_lstm', network.config, window, network.chunk, STEP_PERIOD, preprocessing, codec
    )
    policy = StreamingPolicy(network, card)

    def step(t: int) -> PolicyOutput:
        policy.observe(frames[t], t * STEP_PERIOD)
        return policy.output()

    def whole_window() -> tuple[torch.Tensor, PolicyOutput]:
        features = window_features(network, frames)
        return features, predict(network, features)

    frame_costs, window_costs = [], []
    for _ in range(1 if real_size else 10):
        policy.reset(INSTRUCTION)
        for t in range(window):
            cost, served = timed(lambda t=t: step(t))
            frame_costs.append(cost)
        cost, (features, whole) = timed(whole_window)
        window_costs.append(cost)
    frame_s, window_s = min(frame_costs), min(window_costs)
    changed = features.clone()
    changed[:1] = window_features(network, 255 - frames[:1])
    prompt = network.tokenize([INSTRUCTION]).shape[1]
    return {
        'size': 'real' if real_size else 'small',
        'parameters': sum(parameter.numel() for parameter in network.parameters()),
        'encoder_dtype': str(network.backbone.dtype).removeprefix('torch.'),
        'cpu_capability': torch.backends.cpu.get_cpu_capability(),
        'window': window,
        # <s>, the image, the prompt, the action token
        'tokens_per_frame': 1 + network.backbone.config.latent_query_num + prompt + 1,
        'threads': torch.get_num_threads(),
        'frame_cpu_s': round(frame_s, 4),
        'window_cpu_s': round(window_s, 4),
        'window_over_frame_cpu_ratio': round(window_s / frame_s, 2),
        'max_abs_difference': difference(served, whole),
        'control_difference': difference(predict(network, changed), whole),
    }


def main() -> int:
    """Measure, print, write."""
    parser = result_parser(__doc__)
    parser.add_argument(
        '--real-size', action='store_true', help='1.7 billion parameters: 4 GB, some minutes'
    )
    parser.add_argument(
        '--dtype',
        choices=('bfloat16', 'float32'),
        help='of the encoder; bfloat16 at the real size. A CPU without avx512_bf16 is six times '
        'as fast in float32, which needs 8 GB',
    )
    options = parser.parse_args()
    dtype = options.dtype or ('bfloat16' if options.real_size else 'float32')
    torch.set_num_threads(1)
    return give_result(lambda: measure(options.real_size, getattr(torch, dtype)), options.json)


if __name__ == '__main__':
    sys.exit(main())
