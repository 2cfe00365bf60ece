# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""How Lightning gets its batches: epochs that add up to exactly the steps of the run."""

from __future__ import annotations

import lightning
from torch.utils.data import DataLoader

from .dataset import ClipBatch, ClipDataset, EpisodeDataset


class EpisodeLoading(lightning.LightningDataModule):
    """
    Load each epoch's own steps, the last epoch being as short as it must.

    To be used with `reload_dataloaders_every_n_epochs=1`.

    :param training: item `step` is the batch of that step
    :param validation: item i is episode i
    :param epoch_steps: steps from one validation to the next
    """

    def __init__(
        self, training: ClipDataset, validation: EpisodeDataset, epoch_steps: int
    ) -> None:
        super().__init__()
        self._training = training
        self._validation = validation
        self._epoch_steps = epoch_steps

    def train_dataloader(self) -> DataLoader[ClipBatch]:
        taken = self.trainer.global_step
        steps = range(taken, min(taken + self._epoch_steps, len(self._training)))
        return DataLoader(self._training, batch_size=None, sampler=steps)

    def val_dataloader(self) -> DataLoader[ClipBatch]:
        return DataLoader(self._validation, batch_size=None)
