# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""Put the pictures of a validation into the run folder and TensorBoard."""

from __future__ import annotations

from pathlib import Path
import sys
from typing import Any

import lightning
from lightning.pytorch.callbacks import Callback
import numpy as np
from numpy.typing import NDArray

from ..run_folder import VALIDATION
from .figures import encode_png, render, validation_figures
from .metrics import OpenLoopMetrics

BEST, LAST = 'best', 'last'


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
        pictures: dict[int, dict[str, NDArray[np.uint8]]] = {}
        for kind, (step, metrics) in self._kept.items():
            if step not in pictures:
                figures = validation_figures(metrics, f'step {step}')
                pictures[step] = {name: render(figure) for name, figure in figures.items()}
            for name, picture in pictures[step].items():
                self._write(trainer, f'{kind}/{name}', step, picture)
        self._kept = {}

    def _write(
        self, trainer: lightning.Trainer, name: str, step: int, picture: NDArray[np.uint8]
    ) -> None:
        path = self._run / VALIDATION / f'{name}.png'
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(encode_png(picture))
            if trainer.logger is not None:
                trainer.logger.experiment.add_image(name, picture, step, dataformats='HWC')
        except OSError as error:  # a full disk must not take the run with it
            print(f'{path} could not be written: {error.strerror}', file=sys.stderr)
