# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""How long to wait before something is started again that ended."""

from __future__ import annotations

FIRST, LONGEST = 0.2, 5.0
"""Waits [s]; each is twice the one before."""
HEALTHY = 10.0
"""What lived for longer starts the waits over [s]."""


class Backoff:
    """Wait ever longer while something keeps ending."""

    def __init__(self) -> None:
        self._pause = FIRST

    def after(self, lived: float) -> float:
        """Return how long to wait before the next start of what lived for so long [s]."""
        pause = FIRST if lived > HEALTHY else self._pause
        self._pause = min(2.0 * pause, LONGEST)
        return pause
