# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""The inference worker has to be there."""

from __future__ import annotations

from mobile_vla_core.safety import StopReason

from .gate import Stop


class WorkerGate:
    """Hold the worker's state as its supervisor reports it."""

    def __init__(self) -> None:
        self._state: tuple[StopReason | None, str] = (StopReason.WORKER_STARTING, '')

    @property
    def ready(self) -> bool:
        """Whether the worker takes frames."""
        return self._state[0] is None

    def note(self, reason: StopReason | None, detail: str) -> None:
        """Take the worker's state: None when it is ready, else why there is none."""
        self._state = (reason, detail)

    def verdict(self, now: float) -> Stop | None:
        """Forbid to move without a worker."""
        reason, detail = self._state
        return None if reason is None else Stop.because(reason, detail=detail)
