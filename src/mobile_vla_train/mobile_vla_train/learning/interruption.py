# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""Stop between two steps when asked, with everything saved."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
import os
from pathlib import Path
import signal
import sys
import threading
from types import FrameType
from typing import Any

import lightning
from lightning.pytorch.callbacks import Callback

from .module import PolicyModule
from .trainer_state import save_state

SIGNALS = (signal.SIGINT, signal.SIGTERM)
NOTICE = b'train: stopping after this step; Ctrl-C again to stop at once\n'


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
    Turn the first Ctrl-C or SIGTERM into a stop after the present step.

    A second Ctrl-C stops at once. A second SIGTERM does not: a cluster sends one to torchrun and
    to what torchrun started, and torchrun passes its own on.

    :param state: the file that the trainer's state is saved to
    """

    def __init__(self, state: Path) -> None:
        self._state = state
        self._requested = False
        self._listens = False
        self._last: int | None = None

    def request(self, step: int) -> None:
        """Stop after this many steps."""
        self._last = step

    @contextmanager
    def listening(self) -> Iterator[None]:
        """
        Take the signals over while there are steps to save; only the main thread can.

        Before the first step they end the process at once, as usual.
        """
        if threading.current_thread() is not threading.main_thread():
            yield
            return
        before = {number: signal.getsignal(number) for number in SIGNALS}
        self._listens = True
        try:
            yield
        finally:
            self._listens = False
            for number, handler in before.items():
                signal.signal(number, handler)
            signal.pthread_sigmask(signal.SIG_UNBLOCK, SIGNALS)

    def on_fit_start(self, *_: Any) -> None:
        """Hold signals back until Lightning has put its handlers in place."""
        if self._listens:
            signal.pthread_sigmask(signal.SIG_BLOCK, SIGNALS)
            self._take_over()  # what Lightning puts back when it is done

    def on_train_start(self, *_: Any) -> None:
        """
        Take the signals from Lightning.

        Its handler of SIGTERM waits inside the handler for every other process, which hangs as
        soon as one of them waits for this one elsewhere; then it ends the run without saving.
        """
        if self._listens:
            self._take_over()
            signal.pthread_sigmask(signal.SIG_UNBLOCK, SIGNALS)

    def on_train_batch_end(
        self, trainer: lightning.Trainer, module: PolicyModule, *_: Any
    ) -> None:
        if not module.stepped:
            return
        requested = self._requested or trainer.global_step == self._last
        if trainer.world_size > 1:
            requested = trainer.strategy.reduce_boolean_decision(requested, all=False)
        if requested:
            module.check_finite()
            save_state(trainer, self._state)
            raise InterruptedRun(trainer.global_step)

    def _take_over(self) -> None:
        for number in SIGNALS:
            signal.signal(number, self._on_signal)

    def _on_signal(self, number: int, _: FrameType | None) -> None:
        if self._requested:
            if number == signal.SIGINT:
                signal.signal(number, signal.default_int_handler)
                raise KeyboardInterrupt
            return
        self._requested = True
        with suppress(OSError, ValueError):  # print could be in the middle of another line
            os.write(sys.stderr.fileno(), NOTICE)
