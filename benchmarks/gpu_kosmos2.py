# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""
What training and serving Kosmos-2 + LSTM cost on a GPU, at its real size with random weights.

Goals on an H200: at least 40 % MFU in full fine-tuning, at least four times the windows per second
of naive windows at clip length 16, one new frame encoded in at most 15 ms (p50).

A frame is `<s>`, 64 image tokens, a prompt of 21 tokens (the ids are random, as the weights are)
and the action token. MFU counts the arithmetic that the result needs: per frame the vision model,
the resampler and the text model with these 87 tokens are 162.0 + 7.7 + 211.7 = 381.4 GFLOP forward
(PyTorch's FlopCounter gives the same); a backward pass costs twice that where weights are trained,
once where gradients only pass through, nothing where none pass. HFU counts what gradient
checkpointing computes again as well. Both are given as shares of the peak in the data sheet, dense
bf16, 989 TFLOP/s on an H200, and of the 790 TFLOP/s that an H200 sustains.

Without a GPU everything runs at a small size, to show that it runs: the JSON says so, also in the
name of its file.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timezone
import gc
import json
from pathlib import Path
import statistics
import time
from typing import Any

import torch
from torch import Tensor
import transformers

from mobile_vla_core.action_space import ACTION_TYPES, VELOCITY_DIM
from mobile_vla_core.policies.architecture import build_network
from mobile_vla_core.policies.network import PolicyNetwork, PolicyOutput
from mobile_vla_train.config import TrainConfig
from mobile_vla_train.config_file import load_config
from mobile_vla_train.data.clip_batch import ClipBatch
from mobile_vla_train.learning.loss import ChunkLoss
from mobile_vla_train.learning.optimiser import build_optimiser
from mobile_vla_train.learning.tuning import prepare_network, resting_parts

MODES = {'full': 'kosmos2_full_ft', 'lora': 'kosmos2_lora', 'frozen': 'kosmos2_frozen'}
CLIP_LENGTH, CLIPS, NAIVE_CLIPS = 16, 4, 1
INSTRUCTION = 'Navigate around the single box obstacle by going left and reach the cup'
PROMPT_TOKENS = 21
"""Of `<grounding>An image of a robot {instruction}` with an instruction of a dozen words."""
PEAK_FLOPS = {'H200': 989e12, 'H100': 989e12, 'A100': 312e12, 'L40S': 362e12, '4090': 165e12}
"""Dense bf16 of the data sheet, by a part of the device's name."""
SUSTAINED_FLOPS = {'H200': 790e12}
"""What large matrix products reach."""
BACKWARD = {'full': (2, 2, 2), 'lora': (1, 1, 1), 'frozen': (0, 0, 1)}
"""Forward passes that a backward pass is worth: in vision, in the resampler, in text."""
RECOMPUTED = (True, False, True)
"""Which of these gradient checkpointing computes again where gradients pass."""


class Bench:
    """
    One size on one device.

    :param device: 'cuda' for the real size, 'cpu' for the small one
    """

    def __init__(self, device: str) -> None:
        self.device = torch.device(device)
        self.real = device == 'cuda'
        self.repeats, self.frames = (10, 300) if self.real else (1, 20)
        self.clips = CLIPS if self.real else NAIVE_CLIPS

    def config(self, mode: str) -> TrainConfig:
        """Return the shipped configuration of a mode, at this size."""
        config = load_config(MODES[mode])
        if self.real:
            return config
        small = load_config('kosmos2_tiny')
        tuning = replace(config.tuning, lora_r=4)
        return replace(config, policy=small.policy, data=small.data, tuning=tuning)

    def network(self, config: TrainConfig) -> PolicyNetwork:
        """Build a network with random weights where it will run."""
        size = {'height': config.data.height, 'width': config.data.width}
        torch.manual_seed(0)
        with self.device:
            return build_network(config.policy.architecture, {**config.policy.network, **size})

    def sync(self) -> None:
        """Wait for the GPU."""
        if self.real:
            torch.cuda.synchronize()

    def batch(self, config: TrainConfig, network: PolicyNetwork, clips: int) -> ClipBatch:
        """Return random clips with labels."""
        generator = torch.Generator().manual_seed(0)
        height, width = config.data.height, config.data.width
        windows = (clips, CLIP_LENGTH, network.chunk)
        batch = ClipBatch(
            frames=torch.randint(
                0, 256, (clips, CLIP_LENGTH, 3, height, width), dtype=torch.uint8
            ),
            instructions=[INSTRUCTION] * clips,
            velocity=torch.randn((*windows, VELOCITY_DIM), generator=generator),
            action_type=torch.randint(0, ACTION_TYPES, windows, generator=generator),
            valid=torch.ones(windows, dtype=torch.bool),
            weight=torch.ones(windows[:2]),
        )
        return batch._replace(
            **{
                name: value.to(self.device)
                for name, value in batch._asdict().items()
                if isinstance(value, Tensor)
            }
        )

    def tokens(self, network: PolicyNetwork, count: int) -> Tensor:
        """Return random prompts, shape (count, PROMPT_TOKENS); none holds a special token."""
        generator = torch.Generator().manual_seed(0)
        vocabulary = network.backbone.config.text_config.vocab_size
        shape = (count, PROMPT_TOKENS)
        return torch.randint(4, vocabulary, shape, generator=generator).to(self.device)

    def training(self, mode: str, checkpointing: bool, sharing: bool) -> dict[str, Any]:
        """Measure optimiser steps; a step that does not fit into memory is reported as such."""
        result: dict[str, Any] = {
            'mode': mode,
            'gradient_checkpointing': checkpointing,
            'clip_sharing': sharing,
        }
        self.clear()
        try:
            return {**result, **self._training(mode, checkpointing, sharing)}
        except torch.cuda.OutOfMemoryError:
            return {**result, 'out_of_memory': True}
        finally:
            self.clear()

    def _training(self, mode: str, checkpointing: bool, sharing: bool) -> dict[str, Any]:
        config = self.config(mode)
        tuning = replace(config.tuning, gradient_checkpointing=checkpointing)
        network = self.network(config)
        prepare_network(network, tuning)
        network.to(self.device).train()
        for part in resting_parts(network, tuning):
            part.eval()
        optimiser = build_optimiser(network, config.optimiser)
        loss_of = ChunkLoss(config.loss)
        clips = self.clips if sharing else NAIVE_CLIPS
        batch = self.batch(config, network, clips)
        tokens = self.tokens(network, clips)
        predict = network if sharing else _NaiveWindows(network)
        trained = [p for p in network.parameters() if p.requires_grad]

        def step() -> None:
            with torch.autocast(self.device.type, torch.bfloat16, enabled=self.real):
                loss = loss_of(predict(batch.frames, tokens), batch).total
            loss.backward()
            torch.nn.utils.clip_grad_norm_(trained, config.optimiser.gradient_clip)
            optimiser.step()
            optimiser.zero_grad(set_to_none=True)

        seconds = statistics.median(self.times(step, self.repeats))
        windows = clips * CLIP_LENGTH
        encodings = windows if sharing else windows * network.window
        needed, again = training_flops(network, mode, checkpointing)
        return {
            'step_seconds': seconds,
            'windows_per_step': windows,
            'windows_per_second': windows / seconds,
            'frames_encoded_per_second': encodings / seconds,
            **self.utilisation('mfu', needed * encodings / seconds),
            **self.utilisation('hfu', (needed + again) * encodings / seconds),
            'peak_memory_bytes': torch.cuda.max_memory_allocated() if self.real else None,
        }

    def encoder(self) -> dict[str, Any]:
        """Measure one new frame, bf16 weights, as in serving."""
        self.clear()
        config = self.config('full')
        network = self.network(config).eval().requires_grad_(False)
        network.set_encoder_dtype(torch.bfloat16)
        frame = self.batch(config, network, 1).frames[0, :1].contiguous()
        tokens = self.tokens(network, 1)
        ways: dict[str, Callable[[], Callable[[], Any]]] = {
            'eager': lambda: lambda: network.encode(frame, tokens)
        }
        if self.real:
            ways['compiled'] = lambda: _compiled(network, frame, tokens)
            ways['cuda_graph'] = lambda: _captured(network, frame, tokens)
        results: dict[str, Any] = {'compiled': None, 'cuda_graph': None}
        with torch.inference_mode():
            for name, prepare in ways.items():
                try:
                    times = sorted(self.times(prepare(), self.frames))
                except (RuntimeError, NotImplementedError) as error:
                    results[name] = {'failed': ' '.join(str(error).split())[:300]}
                    continue
                results[name] = {
                    'p50_ms': 1e3 * times[len(times) // 2],
                    'p99_ms': 1e3 * times[int(len(times) * 0.99)],
                }
        return results

    def times(self, action: Callable[[], Any], repeats: int) -> list[float]:
        """Return the wall times of an action [s], after some that warm up."""
        for _ in range(3 if self.real else 1):
            action()
        measured = []
        for _ in range(repeats):
            self.sync()
            began = time.perf_counter()
            action()
            self.sync()
            measured.append(time.perf_counter() - began)
        return measured

    def utilisation(self, name: str, flops: float) -> dict[str, float | None]:
        """Return shares of the device's peak and of what it sustains; None where not known."""
        device = torch.cuda.get_device_name() if self.real else ''
        rates = {name: PEAK_FLOPS, f'{name}_of_sustained': SUSTAINED_FLOPS}
        return {
            key: next((flops / rate for part, rate in known.items() if part in device), None)
            for key, known in rates.items()
        }

    def clear(self) -> None:
        """Forget what was measured before."""
        gc.collect()
        if self.real:
            torch.cuda.empty_cache()
            torch.cuda.reset_peak_memory_stats()


class _NaiveWindows:
    """What the original did: each window encodes its own frames, eight times the work."""

    def __init__(self, network: PolicyNetwork) -> None:
        self._network = network

    def __call__(self, clips: Tensor, tokens: Tensor) -> PolicyOutput:
        network, length = self._network, clips.shape[1]
        newest = torch.arange(length, device=clips.device)[:, None]
        offset = torch.arange(1 - network.window, 1, device=clips.device)[None]
        windows = clips[:, (newest + offset).clamp_(min=0)].flatten(0, 1)
        repeated = tokens.repeat_interleave(length * network.window, dim=0)
        features = network.encode(windows.flatten(0, 1), repeated)
        return network.act(features.unflatten(0, windows.shape[:2]))


def flops_per_frame(network: PolicyNetwork, prompt_tokens: int) -> tuple[float, float, float]:
    """Return the forward arithmetic of one frame: vision, resampler and text."""
    config = network.backbone.config
    vision, text, latents = config.vision_config, config.text_config, config.latent_query_num
    patches = (vision.image_size // vision.patch_size) ** 2
    d, n = vision.hidden_size, patches + 1
    layer = 2 * n * (4 * d * d + 2 * d * vision.intermediate_size) + 4 * n * n * d
    embedding = 2 * patches * 3 * vision.patch_size**2 * d
    seen = vision.num_hidden_layers * layer + embedding
    e, keys = text.embed_dim, n + latents
    resampler = 2 * n * d * e + 4 * (keys + latents) * e * e + 4 * latents * keys * e
    n = 1 + latents + prompt_tokens + 1
    layer = 2 * n * (4 * e * e + 2 * e * text.ffn_dim) + 4 * n * n * e
    return float(seen), float(resampler), float(text.layers * layer)


def training_flops(network: PolicyNetwork, mode: str, checkpointing: bool) -> tuple[float, float]:
    """Return the arithmetic of a frame in a training step, and what is computed again."""
    parts = list(
        zip(flops_per_frame(network, PROMPT_TOKENS), BACKWARD[mode], RECOMPUTED, strict=True)
    )
    needed = sum(forward * (1 + back) for forward, back, _ in parts)
    again = sum(forward for forward, back, recomputed in parts if back and recomputed)
    return needed, again if checkpointing else 0.0


def _compiled(network: PolicyNetwork, frame: Tensor, tokens: Tensor) -> Callable[[], Any]:
    encode = torch.compile(network.encode)
    return lambda: encode(frame, tokens)


def _captured(network: PolicyNetwork, frame: Tensor, tokens: Tensor) -> Callable[[], Any]:
    stream = torch.cuda.Stream()
    stream.wait_stream(torch.cuda.current_stream())
    with torch.cuda.stream(stream):
        for _ in range(3):
            network.encode(frame, tokens)
    torch.cuda.current_stream().wait_stream(stream)
    graph = torch.cuda.CUDAGraph()
    with torch.cuda.graph(graph):
        network.encode(frame, tokens)
    return graph.replay


def main() -> None:
    """Measure, print and write."""
    parser = argparse.ArgumentParser(description=__doc__.split('\n\n')[0])
    parser.add_argument('--json', type=Path, help='file to write the numbers to')
    options = parser.parse_args()
    torch.set_float32_matmul_precision('high')
    torch.set_num_threads(1 if not torch.cuda.is_available() else torch.get_num_threads())
    bench = Bench('cuda' if torch.cuda.is_available() else 'cpu')
    rows = []
    for mode in MODES:
        for checkpointing in (False, True):
            for sharing in (True, False):
                rows.append(bench.training(mode, checkpointing, sharing))
                print(json.dumps(rows[-1]), flush=True)
    rates = {
        (row['mode'], row['gradient_checkpointing'], row['clip_sharing']): row.get(
            'windows_per_second'
        )
        for row in rows
    }
    speedups = {}
    for name, checkpointing in (('with_checkpointing', True), ('without_checkpointing', False)):
        shared, naive = (rates['full', checkpointing, sharing] for sharing in (True, False))
        speedups[name] = shared / naive if shared and naive else None
    network = bench.network(bench.config('full'))
    result = {
        'date': datetime.now(timezone.utc).isoformat(timespec='seconds'),
        'device': torch.cuda.get_device_name() if bench.real else 'cpu',
        'size': 'real' if bench.real else 'small',
        'parameters': sum(parameter.numel() for parameter in network.parameters()),
        'torch': torch.__version__,
        'transformers': transformers.__version__,
        'clip_length': CLIP_LENGTH,
        'tokens_per_frame': 2 + network.backbone.config.latent_query_num + PROMPT_TOKENS,
        'gflop_per_frame': sum(flops_per_frame(network, PROMPT_TOKENS)) / 1e9,
        'training': rows,
        'clip_sharing_speedup': speedups,
        'encoder': bench.encoder(),
    }
    print(json.dumps({key: result[key] for key in ('clip_sharing_speedup', 'encoder')}))
    if options.json:
        path = options.json
        if not bench.real:
            path = path.with_name(f'{path.stem}_small_on_cpu{path.suffix}')
        path.write_text(json.dumps(result, indent=2) + '\n', encoding='utf-8')


if __name__ == '__main__':
    main()
