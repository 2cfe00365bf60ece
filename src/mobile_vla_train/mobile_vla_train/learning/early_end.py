# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""End a run whose validation loss no longer falls."""

from __future__ import annotations

from typing import Any

import lightning
from lightning.pytorch.callbacks import Callback

from .module import PolicyModule


class EarlyEnd(Callback):
    """
    Stop after `patience` validations in a row without a lower loss.

    :param patience: 0 never stops
    """

    def __init__(self, patience: int) -> None:
        self._patience = patience
        self._lowest = float('inf')
        self._waited = 0

    @property
    def state_key(self) -> str:
        return type(self).__name__

    def state_dict(self) -> dict[str, Any]:
        return {'lowest': self._lowest, 'waited': self._waited}

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        self._lowest, self._waited = state_dict['lowest'], state_dict['waited']

    def on_validation_end(self, trainer: lightning.Trainer, module: PolicyModule) -> None:
        loss = module.metrics['validation_loss']
        self._waited = 0 if loss < self._lowest else self._waited + 1
        self._lowest = min(loss, self._lowest)
        if self._patience and self._waited >= self._patience:
            trainer.should_stop = True
