# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""The file from which a run goes on, written whole or not at all."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
import os
from pathlib import Path
import pickle
import shutil
from typing import Any

import lightning
from lightning.fabric.plugins import CheckpointIO
import torch
from torch import Tensor

from mobile_vla_core.errors import CheckpointError

from ..byte_size import format_bytes
from .scale import failing_together

STEP = 'step'
_LOOPS = 'loops'
_MAPPED = 2**30
"""Files from this size on are mapped and not read whole [bytes]."""


class TrainerStateFile(CheckpointIO):
    """Writes beside the file, syncs, and renames: a full disk leaves the old one as it was."""

    def save_checkpoint(
        self, checkpoint: dict[str, Any], path: str | Path, storage_options: Any = None
    ) -> None:
        path = Path(path)
        fresh = path.with_name(f'{path.name}.part')
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            with fresh.open('wb') as file:
                torch.save(checkpoint, file)
                file.flush()
                os.fsync(file.fileno())
            fresh.replace(path)
        except (OSError, RuntimeError) as error:  # torch's writer raises RuntimeError
            with suppress(OSError):
                fresh.unlink()
            kept = f'the one before is still there: {path}' if path.exists() else 'there is none'
            raise CheckpointError(
                f'cannot write the state to resume from ({_reason(error, path, checkpoint)}); '
                f'{kept}; make room, then train with --resume'
            ) from error

    def load_checkpoint(
        self, path: str | Path, map_location: Any = None, weights_only: bool | None = None
    ) -> dict[str, Any]:
        return load_state(Path(path))

    def remove_checkpoint(self, path: str | Path) -> None:
        Path(path).unlink(missing_ok=True)


def save_state(trainer: lightning.Trainer, path: Path) -> None:
    """
    Write the state of a run; to be called by all its processes.

    :raises CheckpointError: in all of them, if it cannot be written
    """
    with failing_together(trainer.strategy):
        try:
            trainer.save_checkpoint(path)
        except CheckpointError:
            trainer.strategy.barrier()  # where the others are
            raise


def load_state(path: Path) -> dict[str, Any]:
    """
    Read a trainer state: tensors and plain values, nothing that could run.

    :raises CheckpointError: if it cannot be read
    """
    try:
        mapped = path.stat().st_size >= _MAPPED
        return torch.load(path, map_location='cpu', weights_only=True, mmap=mapped)
    except (OSError, RuntimeError, EOFError, pickle.UnpicklingError) as error:
        raise CheckpointError(
            f'{path} cannot be read: {" ".join(str(error).split())[:200]}; '
            f'train anew with --overwrite'
        ) from error


def store_position(checkpoint: dict[str, Any], step: int) -> None:
    """
    Put the number of steps taken into a state in place of Lightning's loops.

    Lightning can go on in the middle of an epoch only with loaders that have a state. Here the
    batch of a step depends on its number alone, so a resumed run is simply one whose first step
    has another number.
    """
    checkpoint.pop(_LOOPS, None)
    checkpoint[STEP] = step


def restore_position(trainer: lightning.Trainer, checkpoint: dict[str, Any]) -> None:
    """Let a trainer that has not begun count on from a state's step."""
    step = checkpoint[STEP]
    loop = trainer.fit_loop.epoch_loop
    progress = loop.automatic_optimization.optim_progress.optimizer.step
    progress.total.ready = progress.total.completed = step
    loop._batches_that_stepped = step  # the step that loggers are told


def _reason(error: BaseException, path: Path, checkpoint: dict[str, Any]) -> str:
    """Say why a file could not be written; torch hides the fault of the disk behind its own."""
    fault: BaseException | None = error
    while fault is not None and not getattr(fault, 'strerror', None):
        fault = fault.__context__
    text = ' '.join(str(error).split()) if fault is None else fault.strerror
    needed = _size(checkpoint)
    with suppress(OSError):
        free = shutil.disk_usage(path.parent).free
        if free < needed:
            text = (
                f'no space is left on the disk: it takes {format_bytes(needed)}, '
                f'{format_bytes(free)} are free in {path.parent}'
            )
    return text


def _size(value: Any) -> int:
    """Count the bytes of the tensors in a state."""
    if isinstance(value, Tensor):
        return value.nbytes
    if isinstance(value, Mapping):
        value = value.values()
    elif not isinstance(value, (list, tuple)):
        return 0
    return sum(_size(item) for item in value)
