# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""
What a training frame of 224x224 costs to load, beside the naive windowed loader.

CPU ms per frame of all threads, the best of several runs, without loading processes. Clips of 16
frames are loaded as batches of 4, ready for the network. The naive loader loads the 8 frames of
each frame's window; its figures are per window, and so per frame that is learnt from.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
import sys
import tempfile
import time

import numpy as np
from rig.pictures import HD, scenes, VGA
from rig.result import give_result, result_parser
import torch

from mobile_vla_core.action_space import ActionCodec
from mobile_vla_core.episodes.folder import find_episodes
from mobile_vla_core.episodes.writer import EpisodeWriter
from mobile_vla_core.images import encode_jpeg, Preprocessing, use_one_thread
from mobile_vla_train.data.augmentation import ClipAugmentation
from mobile_vla_train.data.cache import FrameCache, open_cache, open_uncached
from mobile_vla_train.data.dataset import ClipDataset, window_frames
from mobile_vla_train.runtime import prepare_runtime
from mobile_vla_train.sections import AugmentationConfig

PREPROCESSING = Preprocessing(height=224, width=224)
PLAIN = AugmentationConfig(mirror=0.0, gain=0.0, brightness=0.0, tint=0.0, shift=0)
WINDOW, CHUNK, CLIP, CLIPS = 8, 10, 16, 4
SCENES, EPISODES, FRAMES = 30, 4, 90
RUNS = 7
RATE = 10.0


def record(folder: Path, size: tuple[int, int]) -> list[Path]:
    """Write episodes of textured pictures."""
    jpegs = [encode_jpeg(picture) for picture in scenes(size, SCENES)]
    for number in range(EPISODES):
        writer = EpisodeWriter(folder, instruction='go')
        for t in range(FRAMES):
            writer.add_frame('front', jpegs[(t + number) % SCENES], t / RATE, t / RATE)
            writer.add_command([0.3, 0.1, -0.1], t / RATE, t / RATE)
        writer.close()
    return find_episodes(folder)


def cpu_ms(load: Callable[[int], int], steps: int) -> float:
    """Return CPU ms per frame of a function that loads a step and counts its frames."""
    best = float('inf')
    for run in range(RUNS):
        start = time.process_time()
        frames = sum(load(step) for step in range(run * steps, (run + 1) * steps))
        best = min(best, (time.process_time() - start) * 1e3 / frames)
    return round(best, 4)


def clips(cache: FrameCache, augmentation: AugmentationConfig = PLAIN) -> Callable[[int], int]:
    """Return a function that loads a step's batch of clips."""
    dataset = ClipDataset(
        cache,
        cache.episodes,
        ActionCodec.from_actions(cache.actions),
        ClipAugmentation(augmentation),
        chunk=CHUNK,
        clip_length=CLIP,
        clips_per_batch=CLIPS,
        steps=10**6,
        seed=0,
    )

    def load(step: int) -> int:
        batch = dataset[step]
        return batch.frames.shape[0] * batch.frames.shape[1]

    return load


def windows(cache: FrameCache) -> Callable[[int], int]:
    """Return a function that loads 4 windows, each on its own."""
    random = np.random.default_rng(0)

    def load(_: int) -> int:
        chosen = random.integers(len(cache.episodes), size=CLIPS).tolist()
        batch = [
            window_frames(cache, cache.episodes[i], int(random.integers(WINDOW, FRAMES)), WINDOW)
            for i in chosen
        ]
        return len(torch.from_numpy(np.stack(batch)))

    return load


def measure_size(name: str, size: tuple[int, int]) -> dict[str, float]:
    """Return the figures of one picture size."""
    with tempfile.TemporaryDirectory() as folder:
        paths = record(Path(folder) / 'episodes', size)
        uncached = open_uncached(paths, PREPROCESSING)
        builds, checks = [], []
        for run in range(RUNS):
            for spent in (builds, checks):  # the second time it is there and only checked
                start = time.process_time()
                cache = open_cache(Path(folder) / f'cache{run}', paths, PREPROCESSING)
                spent.append((time.process_time() - start) * 1e3 / len(cache.actions))
        return {
            'cached_cpu_ms_per_frame': cpu_ms(clips(cache), 40),
            'cached_augmented_cpu_ms_per_frame': cpu_ms(clips(cache, AugmentationConfig()), 20),
            'naive_windows_cpu_ms_per_frame': cpu_ms(windows(cache), 40),
            f'uncached_{name}_cpu_ms_per_frame': cpu_ms(clips(uncached), 2),
            f'naive_windows_uncached_{name}_cpu_ms_per_frame': cpu_ms(windows(uncached), 2),
            f'cache_building_{name}_cpu_ms_per_frame': round(min(builds), 3),
            'cache_check_cpu_ms_per_frame': round(min(checks), 4),
        }


def measure() -> dict[str, float]:
    """Return all figures; those of the cache do not depend on the size of the pictures."""
    return {**measure_size('480p', VGA), **measure_size('720p', HD)}


def main() -> int:
    """Measure, print, write."""
    options = result_parser(__doc__).parse_args()
    prepare_runtime()  # all three as training does
    use_one_thread()
    torch.set_num_threads(1)
    return give_result(measure, options.json)


if __name__ == '__main__':
    sys.exit(main())
