# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""The keys that count: those typed while somebody listened."""

from __future__ import annotations

from .key_map import KeyDecoder

STALE_AFTER = 1.0
"""Keys that waited longer than this for the process are not obeyed [s]."""


class TeleopInput:
    """Turns what was typed into keys, and notices that the process stood still."""

    def __init__(self) -> None:
        self._decoder = KeyDecoder()
        self._looked_at: float | None = None

    def standstill(self, now: float) -> float:
        """Return how long nobody looked, 0 when that was not too long [s]; ask once a tick."""
        last, self._looked_at = self._looked_at, now
        gap = 0.0 if last is None else now - last
        return gap if gap > STALE_AFTER else 0.0

    def keys(self, typed: bytes, standstill: float) -> list[str]:
        """
        Return the keys that are complete.

        A process that was stopped finds every repeat of the meantime at once; to drive on because
        of them would be to drive on a key that was let go long ago. They are dropped.

        :param typed: what the terminal gave
        :param standstill: what `standstill` returned
        """
        if standstill:
            self._decoder = KeyDecoder()
            return []
        return self._decoder.feed(typed)
