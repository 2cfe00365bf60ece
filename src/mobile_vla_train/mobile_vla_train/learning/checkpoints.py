# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""Write the policies of a run and, apart from them, the state from which it goes on."""

from __future__ import annotations

from collections.abc import Mapping
import shutil
from typing import Any

import lightning
from lightning.pytorch.callbacks import Callback

from mobile_vla_core.checkpoint import save_policy
from mobile_vla_core.policy_card import PolicyCard

from ..run_folder import CHECKPOINTS, RunFolder
from ..sections import ScheduleConfig
from .module import PolicyModule
from .scale import failing_together, whole_state
from .trainer_state import save_state

BEST, LAST = 'best', 'last'
STEP_PREFIX = 'step_'


class PolicyCheckpoints(Callback):
    """
    Keep policies: `last` and `best` by validation loss, and `step_…` every so many steps.

    The trainer's state is written with each, after it.

    :param folder: of the run
    :param card: of the policy being trained
    """

    def __init__(self, folder: RunFolder, card: PolicyCard, schedule: ScheduleConfig) -> None:
        self._folder = folder
        self._card = card
        self._schedule = schedule
        self.best_loss = float('inf')

    @property
    def state_key(self) -> str:
        return type(self).__name__

    def state_dict(self) -> dict[str, Any]:
        return {'best_loss': self.best_loss}

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        self.best_loss = state_dict['best_loss']

    def on_train_batch_end(
        self, trainer: lightning.Trainer, module: PolicyModule, *_: Any
    ) -> None:
        step, schedule = trainer.global_step, self._schedule
        if not module.stepped or not schedule.every or step % schedule.every:
            return
        if step % schedule.epoch_steps == 0 or step == schedule.steps:
            return  # a validation follows, and with it a checkpoint
        module.check_finite()
        self._save(trainer, module, {f'{STEP_PREFIX}{step:08d}': {'step': step}})
        if trainer.is_global_zero and schedule.keep:
            steps = sorted((self._folder.path / CHECKPOINTS).glob(f'{STEP_PREFIX}*'))
            for old in steps[: -schedule.keep]:
                shutil.rmtree(old, ignore_errors=True)

    def on_train_epoch_end(self, trainer: lightning.Trainer, module: PolicyModule) -> None:
        metrics = module.metrics
        wanted = {LAST: metrics}
        if metrics['validation_loss'] < self.best_loss:
            self.best_loss = metrics['validation_loss']
            wanted = {BEST: metrics, LAST: metrics}
        self._save(trainer, module, wanted)

    def _save(
        self,
        trainer: lightning.Trainer,
        module: PolicyModule,
        wanted: Mapping[str, Mapping[str, Any]],
    ) -> None:
        """Write checkpoints, by name with their metrics, then the state."""
        network = module.kept_network()
        state = whole_state(network) if module.sharded else None
        with failing_together(trainer.strategy):
            if trainer.is_global_zero:
                for name, metrics in wanted.items():
                    folder = self._folder.path / CHECKPOINTS / name
                    save_policy(folder, network, self._card, metrics, state=state)
        save_state(trainer, self._folder.state)
