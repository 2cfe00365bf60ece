# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""Progress on a terminal as one moving bar, elsewhere as one line per epoch."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
import sys
from typing import Any

import lightning
from lightning.pytorch.callbacks import Callback
from tqdm import tqdm

from .data.cache import CachedEpisode
from .learning.module import PolicyModule

REFRESH = 10
"""Steps from one redraw of the bar to the next."""


class TrainingProgress(Callback):
    """
    Show steps, losses and time left.

    :param steps: of the whole run
    :param terminal: whether stderr is one; asked when None
    """

    def __init__(self, steps: int, terminal: bool | None = None) -> None:
        self._steps = steps
        self._terminal = sys.stderr.isatty() if terminal is None else terminal
        self._bar: Any = None

    def on_train_start(self, trainer: lightning.Trainer, _: PolicyModule) -> None:
        self._bar = tqdm(
            total=self._steps,
            initial=trainer.global_step,
            desc='train',
            unit='step',
            disable=not (self._terminal and trainer.is_global_zero),
            dynamic_ncols=True,
        )

    def on_train_batch_end(
        self, trainer: lightning.Trainer, _: PolicyModule, outputs: Any, *__: Any
    ) -> None:
        if self._terminal and (trainer.global_step % REFRESH == 0):
            self._bar.set_postfix(loss=f'{float(outputs["loss"]):.3f}', refresh=False)
            self._bar.update(trainer.global_step - self._bar.n)

    def on_train_epoch_end(self, trainer: lightning.Trainer, module: PolicyModule) -> None:
        if not trainer.is_global_zero:
            return
        following = module.metrics['validation']['next']['policy']
        line = (
            f'step {trainer.global_step}/{self._steps}: '
            f'validation loss {module.metrics["validation_loss"]:.4f}, MAE '
            f'{following["mae_linear_x"]:.3f} {following["mae_linear_y"]:.3f} m/s '
            f'{following["mae_angular_z"]:.3f} rad/s'
        )
        if self._terminal:
            self._bar.update(trainer.global_step - self._bar.n)
            self._bar.write(line, file=sys.stderr)
        else:
            print(line, file=sys.stderr, flush=True)

    def on_train_end(self, *_: Any) -> None:
        self._bar.close()


def reading_progress(paths: Sequence[Path]) -> Sequence[Path]:
    """Wrap the episodes while their frames are decoded."""
    return tqdm(paths, desc='decode', unit='episode', disable=not sys.stderr.isatty())


def serving_progress(episodes: Sequence[CachedEpisode]) -> Sequence[CachedEpisode]:
    """Wrap the episodes while a policy is shown them."""
    return tqdm(episodes, desc='serve', unit='episode', disable=not sys.stderr.isatty())


def announce(text: str) -> None:
    """Say what is about to take long."""
    print(text, flush=True)
