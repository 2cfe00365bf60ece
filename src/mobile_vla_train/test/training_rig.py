# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""A small network, trained by the real command, in this process or in one of its own."""

from __future__ import annotations

import os
from pathlib import Path
import subprocess
import sys

from conftest import HEIGHT, WIDTH
from safetensors.torch import load_file
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
from torch import Tensor

from mobile_vla_train.train import main

SMALL = (
    f'data.height={HEIGHT}',
    f'data.width={WIDTH}',
    'data.clip_length=8',
    'data.clips_per_batch=4',
    'policy.network.channels=[4,8,8,8]',
    'policy.network.feature_dim=32',
    'policy.network.hidden_dim=32',
    'schedule.epoch_steps=3',
    'optimiser.warmup_steps=2',
    'validation.figures=false',
    'threads=1',
)


def command(data: Path, output: Path, *arguments: str) -> list[str]:
    """Return the arguments of `train` for a small network."""
    return ['--data', str(data), '--output', str(output), *SMALL, *arguments]


def train(data: Path, output: Path, *arguments: str) -> int:
    """Train in this process and return the exit status."""
    return main(command(data, output, *arguments))


def start(data: Path, output: Path, *arguments: str, before: str = '') -> subprocess.Popen:
    """
    Train in a process of its own.

    :param before: Python that it runs first
    """
    code = f'{before}\nimport sys\nfrom mobile_vla_train.train import main\nsys.exit(main())'
    return subprocess.Popen(
        [sys.executable, '-c', code, *command(data, output, *arguments)],
        env=environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def environment() -> dict[str, str]:
    """Return the environment of a process that imports what this one does."""
    return {**os.environ, 'PYTHONPATH': os.pathsep.join(path for path in sys.path if path)}


def weights_of(output: Path, name: str = 'last') -> dict[str, Tensor]:
    """Return the tensors of a checkpoint."""
    return load_file(output / 'checkpoints' / name / 'model.safetensors')


def scalars_of(output: Path, tag: str = 'train/loss') -> dict[int, list[float]]:
    """Return every value of a tag in TensorBoard, by step; a resumed run may repeat steps."""
    events = EventAccumulator(str(output / 'tensorboard'))
    events.Reload()
    values: dict[int, list[float]] = {}
    for event in events.Scalars(tag) if tag in events.Tags()['scalars'] else []:
        values.setdefault(event.step, []).append(event.value)
    return values
