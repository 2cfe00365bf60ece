# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""Stop between two steps when asked, with everything saved."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
import signal
import sys
import threading
from types import FrameType
from typing import Any

import lightning
from lightning.pytorch.callbacks import Callback

from .module import PolicyModule

SIGNALS = (signal.SIGINT, signal.SIGTERM)


class InterruptedRun(Exception):  # noqa: N818 - not an error
    """
    The user, or the cluster, stopped the run.

    :param step: steps taken, all of which are in the trainer's state
    """

    def __init__(self, step: int) -> None:
        super().__init__(f'stopped after step {step}')
        self.step = step


class Interruption(Callback):
    """
    Turn the first Ctrl-C or SIGTERM into a stop after the present step; the second is at once.

    :param state: the file that the trainer's state is saved to
    """

    def __init__(self, state: Path) -> None:
        self._state = state
        self._requested = False
        self._last: int | None = None

    def request(self, step: int) -> None:
        """Stop after this many steps."""
        self._last = step

    @contextmanager
    def listening(self) -> Iterator[None]:
        """Take the signals over; only the main thread can."""
        if threading.current_thread() is not threading.main_thread():
            yield
            return
        before = {number: signal.signal(number, self._on_signal) for number in SIGNALS}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)

    def on_train_batch_end(
        self, trainer: lightning.Trainer, module: PolicyModule, *_: Any
    ) -> None:
        if not module.stepped:
            return
        requested = self._requested or trainer.global_step == self._last
        if trainer.world_size > 1:
            requested = trainer.strategy.reduce_boolean_decision(requested, all=False)
        if requested:
            trainer.save_checkpoint(self._state)
            raise InterruptedRun(trainer.global_step)

    def _on_signal(self, number: int, _: FrameType | None) -> None:
        if self._requested:
            signal.signal(number, signal.default_int_handler)
            raise KeyboardInterrupt
        self._requested = True
        print('train: stopping after this step; again to stop at once', file=sys.stderr)
