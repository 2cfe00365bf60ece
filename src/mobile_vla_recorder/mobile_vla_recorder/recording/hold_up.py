# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""Notice that this process was held up: stopped, swapped out, or without a processor."""

from __future__ import annotations

HELD_UP = 0.5
"""A look that comes so late was held up [s]; looks are to be five times as frequent."""


class HoldUp:
    """Looks at the clock."""

    def __init__(self) -> None:
        self._looked_at: float | None = None

    def look(self, now: float) -> bool:
        """Return whether nobody looked for long; `now` is monotonic time [s]."""
        last, self._looked_at = self._looked_at, now
        return last is not None and now - last > HELD_UP
