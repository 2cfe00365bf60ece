# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""How Lightning gets its batches: epochs that add up to exactly the steps of the run."""

from __future__ import annotations

from typing import Any

import lightning
from torch.utils.data import DataLoader, Dataset

from .dataset import ClipBatch, ClipDataset, EpisodeDataset


class EpisodeLoading(lightning.LightningDataModule):
    """
    Load each epoch's own steps; the first one of a resumed run has what is left of its epoch.

    To be used with `reload_dataloaders_every_n_epochs=1`.

    :param training: item `step * accumulate + i` is batch i of that step
    :param validation: item i is episode i
    :param epoch_steps: steps from one validation to the next
    :param accumulate: batches of a step
    :param workers: processes that load training batches ahead
    """

    def __init__(
        self,
        training: ClipDataset,
        validation: EpisodeDataset,
        epoch_steps: int,
        *,
        accumulate: int = 1,
        workers: int = 0,
    ) -> None:
        super().__init__()
        self._training = training
        self._validation = validation
        self._epoch_steps = epoch_steps
        self._accumulate = accumulate
        self._workers = workers

    def train_dataloader(self) -> DataLoader[ClipBatch]:
        taken = self.trainer.global_step
        epoch_end = (taken // self._epoch_steps + 1) * self._epoch_steps
        batches = range(
            taken * self._accumulate,
            min(epoch_end * self._accumulate, len(self._training)),
        )
        return self._loader(self._training, sampler=batches, num_workers=self._workers)

    def val_dataloader(self) -> DataLoader[ClipBatch]:
        return self._loader(self._validation)

    def _loader(self, dataset: Dataset[ClipBatch], **settings: Any) -> DataLoader[ClipBatch]:
        # Pinned pages are copied to a GPU while it computes.
        pinned = self.trainer.strategy.root_device.type == 'cuda'
        return DataLoader(dataset, batch_size=None, pin_memory=pinned, **settings)
