# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""Try everything that a run does, for a few steps: better now than after ten hours."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
import tempfile
import time

import numpy as np

from mobile_vla_core.checkpoint import load_policy
from mobile_vla_core.episodes.folder import find_episodes
from mobile_vla_core.errors import CheckpointError

from .config import TrainConfig
from .data.drivers import episodes_to_learn
from .data.outcomes import with_outcomes
from .learning.interruption import InterruptedRun
from .run import TrainingRun
from .run_folder import CHECKPOINTS, Existing, remove_empty, RunFolder

STEPS, EPOCH_STEPS, EVERY, EPISODES = 4, 2, 1, 6


def rehearse(data: Path, output: Path, config: TrainConfig) -> Iterator[str]:
    """
    Train, validate, save, go on from the saved state, and serve, in a folder that is removed.

    :param data: folder of episodes, of which the first few are taken
    :param output: folder of the run that this is a rehearsal for; it stays as it was
    :return: one line after each part
    :raises MobileVlaError: whatever the run itself would have stumbled over
    """
    output = Path(output)
    missing = [path for path in (output, *output.parents) if not path.exists()]
    try:
        RunFolder(output).prepare()
        yield from _rehearse(data, output, config)
    finally:
        remove_empty(missing)


def _rehearse(data: Path, output: Path, config: TrainConfig) -> Iterator[str]:
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix='.rehearsal_', dir=output) as folder:
        episodes, run_folder = Path(folder) / 'episodes', Path(folder) / 'run'
        episodes.mkdir()
        learnt = episodes_to_learn(find_episodes(data), policy_runs=config.data.policy_runs)
        for path in with_outcomes(learnt, config.data.outcomes)[:EPISODES]:
            (episodes / path.name).symlink_to(path.resolve())
        schedule = replace(
            config.schedule, steps=STEPS, epoch_steps=EPOCH_STEPS, every=EVERY, patience=0
        )
        short = replace(config, schedule=schedule, log_every=1)
        run = TrainingRun(episodes, run_folder, short)
        run.stop_after(STEPS - 1)
        with suppress(InterruptedRun):
            run.fit()
        yield _line(began, f'{STEPS - 1} steps, a validation and the checkpoints')
        run = TrainingRun(episodes, run_folder, short, existing=Existing.RESUME)
        metrics = run.fit()
        if metrics['step'] != STEPS:
            raise CheckpointError(f'resumed to step {metrics["step"]}, expected {STEPS}')
        yield _line(began, 'resumed to the last step')
        policy = load_policy(run_folder / CHECKPOINTS / 'best')
        preprocessing = policy.card.preprocessing
        policy.reset(policy.card.instructions[0])
        policy.observe(np.zeros((preprocessing.height, preprocessing.width, 3), np.uint8), 0.0)
        chunk = policy.predict()
        if not np.isfinite(chunk.actions).all():
            raise CheckpointError('the policy trained in the rehearsal gives no numbers')
        yield _line(began, f'served the checkpoint: {len(chunk.actions)} actions')


def _line(began: float, text: str) -> str:
    return f'{time.monotonic() - began:6.1f} s  {text}'
