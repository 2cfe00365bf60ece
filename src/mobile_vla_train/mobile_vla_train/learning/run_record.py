# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""Write down what a run is made of when it begins."""

from __future__ import annotations

import lightning
from lightning.pytorch.callbacks import Callback

from mobile_vla_core.episodes.split import Split

from ..config import TrainConfig
from ..run_folder import RunFolder
from .module import PolicyModule


class RunRecord(Callback):
    """
    Store the configuration and the split in the run folder, by the first process alone.

    Done once all processes have read what was there before.
    """

    def __init__(self, folder: RunFolder, config: TrainConfig, split: Split) -> None:
        self._folder = folder
        self._config = config
        self._split = split

    def setup(self, trainer: lightning.Trainer, module: PolicyModule, stage: str) -> None:
        if trainer.is_global_zero:
            self._folder.write_config(self._config)
            self._split.save(self._folder.path)
        trainer.strategy.barrier('run_record')
