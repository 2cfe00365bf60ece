# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""Write the best and the last policy of a run, and the trainer's state apart from them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import lightning
from lightning.pytorch.callbacks import Callback

from mobile_vla_core.checkpoint import save_policy
from mobile_vla_core.policy_card import PolicyCard

from .module import PolicyModule

CHECKPOINTS = 'checkpoints'
BEST, LAST = 'best', 'last'
TRAINER_STATE = 'trainer_state'
STATE_FILE = 'last.ckpt'


class PolicyCheckpoints(Callback):
    """
    After every validation: `checkpoints/last`, and `checkpoints/best` when the loss is lowest.

    :param run: the run folder
    :param card: of the policy being trained
    """

    def __init__(self, run: Path, card: PolicyCard) -> None:
        self._run = run
        self._card = card
        self.best_loss = float('inf')

    @property
    def state_key(self) -> str:
        return type(self).__name__

    def state_dict(self) -> dict[str, Any]:
        return {'best_loss': self.best_loss}

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        self.best_loss = state_dict['best_loss']

    def on_train_epoch_end(self, trainer: lightning.Trainer, module: PolicyModule) -> None:
        network, metrics = module.average.network, module.metrics
        if not metrics:  # a resumed run first ends the epoch in which its state was saved
            return
        folder = self._run / CHECKPOINTS
        if metrics['validation_loss'] < self.best_loss:
            self.best_loss = metrics['validation_loss']
            save_policy(folder / BEST, network, self._card, metrics)
        save_policy(folder / LAST, network, self._card, metrics)
        trainer.save_checkpoint(self._run / TRAINER_STATE / STATE_FILE)
