# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""Stop when a loss or a gradient is no longer a number."""

from __future__ import annotations

import torch
from torch import Tensor

from mobile_vla_core.errors import MobileVlaError


class DivergenceError(MobileVlaError):
    """Training cannot go on from where it is."""


class DivergenceWatch:
    """
    Remember the first step with a value that is NaN or infinite.

    Values stay where they are: asking a GPU for one makes the CPU wait for it.
    """

    def __init__(self) -> None:
        self._first: Tensor | None = None

    def observe(self, step: int, *values: Tensor) -> None:
        """Look at the scalars of a step."""
        with torch.no_grad():
            good = torch.stack([value.detach().isfinite().all() for value in values]).all()
            if self._first is None:
                self._first = torch.full((), -1, dtype=torch.long, device=good.device)
            bad = ~good & (self._first < 0)
            self._first = torch.where(bad, step, self._first)

    def first_bad_step(self) -> int | None:
        """Return that step, None when all was finite; waits for the device."""
        step = -1 if self._first is None else int(self._first)
        return None if step < 0 else step
