# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""Try everything that a run does, for a few steps: better now than after ten hours."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
import shutil
import time

import numpy as np

from mobile_vla_core.checkpoint import load_policy
from mobile_vla_core.errors import CheckpointError

from .config import TrainConfig
from .learning.interruption import InterruptedRun
from .learning.scale import is_first_process
from .run import TrainingRun
from .run_folder import CHECKPOINTS, Existing, remove_empty, RunFolder

STEPS, EPOCH_STEPS, EVERY, EPISODES = 4, 2, 1, 6
FOLDER = '.rehearsal'
"""In the run folder and in that of the cache: the same for all processes."""
NOTE = 'created_folders'
"""In FOLDER."""


def rehearse(
    data: Path, output: Path, config: TrainConfig, cache: Path | None = None
) -> Iterator[str]:
    """
    Check, train, validate, save, go on from the saved state, and serve, in a removed folder.

    :param data: folder of episodes, of which a few are taken
    :param output: folder of the run that this is a rehearsal for; it stays as it was
    :param cache: where the run would keep its frames; a cache that is there stays as it was
    :return: what to print after each part; nothing in all processes but the first
    :raises MobileVlaError: whatever the run itself would have stumbled over
    """
    homes = {'--output': Path(output), '--cache': Path(cache or output)}
    try:
        for option, home in homes.items():
            _note(home, RunFolder(home).prepare(option))
        yield from _rehearse(data, *(home / FOLDER for home in homes.values()), config)
    finally:
        if is_first_process():
            for home in homes.values():
                created = _noted(home)
                shutil.rmtree(home / FOLDER, ignore_errors=True)
                remove_empty(created)


def _note(home: Path, created: list[Path]) -> None:
    """Leave word of the folders that this process created, for the first, which removes them."""
    (home / FOLDER).mkdir(exist_ok=True)
    with (home / FOLDER / NOTE).open('a', encoding='utf-8') as file:
        file.writelines(f'{path.absolute()}\n' for path in created)


def _noted(home: Path) -> list[Path]:
    """Return the folders that any process created, the innermost first."""
    try:
        lines = (home / FOLDER / NOTE).read_text(encoding='utf-8').splitlines()
    except OSError:
        return []
    return sorted(map(Path, lines), key=lambda path: len(path.parts), reverse=True)


def _rehearse(data: Path, folder: Path, cache: Path, config: TrainConfig) -> Iterator[str]:
    began = time.monotonic()
    schedule = replace(
        config.schedule, steps=STEPS, epoch_steps=EPOCH_STEPS, every=EVERY, patience=0
    )
    short = replace(config, schedule=schedule, log_every=1)
    home = {'cache': cache / 'cache', 'most_episodes': EPISODES}
    # What a rehearsal that was killed left behind is no run to be kept.
    run = TrainingRun(data, folder, short, existing=Existing.OVERWRITE, **home)
    if run.is_first:
        report = run.preflight()
        yield report.format()
        if config.preflight.stop:
            report.check()
    run.stop_after(STEPS - 1)
    with suppress(InterruptedRun):  # raised when all processes have saved
        run.fit()
    if run.is_first:
        yield _line(began, f'{STEPS - 1} steps, a validation and the checkpoints')
    run = TrainingRun(data, folder, short, existing=Existing.RESUME, **home)
    metrics = run.fit()
    if metrics['step'] != STEPS:
        raise CheckpointError(f'resumed to step {metrics["step"]}, expected {STEPS}')
    if not run.is_first:
        return
    yield _line(began, 'resumed to the last step')
    policy = load_policy(folder / CHECKPOINTS / 'best')
    preprocessing = policy.card.preprocessing
    policy.reset(policy.card.instructions[0])
    policy.observe(np.zeros((preprocessing.height, preprocessing.width, 3), np.uint8), 0.0)
    chunk = policy.predict()
    if not np.isfinite(chunk.actions).all():
        raise CheckpointError('the policy trained in the rehearsal gives no numbers')
    yield _line(began, f'served the checkpoint: {len(chunk.actions)} actions')


def _line(began: float, text: str) -> str:
    return f'{time.monotonic() - began:6.1f} s  {text}'
