# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""Put the pictures of a validation into the run folder and TensorBoard."""

from __future__ import annotations

from pathlib import Path
import sys
from typing import Any

import lightning
from lightning.pytorch.callbacks import Callback

from .figures import validation_figures
from .metrics import OpenLoopMetrics

FOLDER = 'validation'
BEST, LAST = 'best', 'last'
DPI = 90


class FigureWriting(Callback):
    """
    Draw the best and the last validation when training ends, however it ends.

    :param run: the run folder; pictures go to `validation/best` and `validation/last`
    :param every: draw also every this many validations; 0 only at the end
    """

    def __init__(self, run: Path, every: int) -> None:
        self._run = run
        self._every = every
        self._count = 0
        self._best_loss = float('inf')
        self._kept: dict[str, tuple[int, OpenLoopMetrics]] = {}

    def state_dict(self) -> dict[str, Any]:
        return {'best_loss': self._best_loss, 'count': self._count}

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        self._best_loss, self._count = state_dict['best_loss'], state_dict['count']

    def on_train_epoch_end(self, trainer: lightning.Trainer, module: Any) -> None:
        if not module.metrics or not trainer.is_global_zero:
            return
        kept = trainer.global_step, module.open_loop
        self._kept[LAST] = kept
        if module.metrics['validation_loss'] < self._best_loss:
            self._best_loss = module.metrics['validation_loss']
            self._kept[BEST] = kept
        self._count += 1
        if self._every and self._count % self._every == 0:
            self._draw(trainer)

    def on_train_end(self, trainer: lightning.Trainer, _: Any) -> None:
        self._draw(trainer)

    def on_exception(self, trainer: lightning.Trainer, *_: Any) -> None:
        self._draw(trainer)

    def _draw(self, trainer: lightning.Trainer) -> None:
        try:
            for kind, (step, metrics) in self._kept.items():
                self._write(trainer, kind, step, metrics)
        except OSError as error:  # a full disk must not take the run with it
            print(f'the pictures of the validation could not be written: {error}', file=sys.stderr)
        self._kept = {}

    def _write(
        self, trainer: lightning.Trainer, kind: str, step: int, metrics: OpenLoopMetrics
    ) -> None:
        folder = self._run / FOLDER / kind
        folder.mkdir(parents=True, exist_ok=True)
        for name, figure in validation_figures(metrics, f'{kind}, step {step}').items():
            figure.savefig(folder / f'{name}.png', dpi=DPI)
            if trainer.logger is not None:
                trainer.logger.experiment.add_figure(f'{kind}/{name}', figure, step, close=False)
