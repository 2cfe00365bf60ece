# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""Lightning's trainer, set up for a run."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
import logging
from pathlib import Path
import warnings

import lightning
from lightning.pytorch.callbacks import Callback
from lightning.pytorch.loggers import TensorBoardLogger
from lightning.pytorch.utilities.exceptions import MisconfigurationException
import torch

from mobile_vla_core.errors import ConfigError

from ..config import TrainConfig
from ..run_folder import TENSORBOARD
from .scale import build_strategy, cluster_plugins
from .trainer_state import TrainerStateFile


def build_trainer(
    config: TrainConfig, output: Path, callbacks: Sequence[Callback]
) -> lightning.Trainer:
    """
    Build a trainer that validates every epoch and saves only where the callbacks say so.

    :raises ConfigError: if this machine has not what the configuration asks for
    """
    torch.set_float32_matmul_precision(config.matmul_precision)
    try:
        return lightning.Trainer(
            accelerator=config.accelerator,
            devices=config.devices,
            num_nodes=config.nodes,
            strategy=build_strategy(config),
            precision=config.precision,
            deterministic=config.deterministic,
            plugins=[TrainerStateFile(), *cluster_plugins()],
            max_steps=config.schedule.steps,
            max_epochs=-1,
            accumulate_grad_batches=config.optimiser.accumulate,
            log_every_n_steps=config.log_every,
            num_sanity_val_steps=0,
            enable_progress_bar=False,
            enable_model_summary=False,
            enable_checkpointing=False,
            use_distributed_sampler=False,
            reload_dataloaders_every_n_epochs=1,
            logger=TensorBoardLogger(output, name='', version=TENSORBOARD),
            callbacks=list(callbacks),
        )
    except (MisconfigurationException, ImportError, ValueError, RuntimeError) as error:
        raise ConfigError(
            f'accelerator={config.accelerator}, devices={config.devices}, '
            f'strategy={config.strategy} and precision={config.precision} cannot be had here: '
            f'{" ".join(str(error).split())}'
        ) from error


@contextmanager
def quiet() -> Iterator[None]:
    """Silence Lightning's hints on stderr: its errors are raised, not logged."""
    logger = logging.getLogger('lightning.pytorch')
    level = logger.level
    logger.setLevel(logging.ERROR)
    try:
        with warnings.catch_warnings():
            warnings.filterwarnings('ignore', module='lightning')
            yield
    finally:
        logger.setLevel(level)
