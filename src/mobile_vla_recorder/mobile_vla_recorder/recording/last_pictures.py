# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""Which pictures still belong to an episode whose end was asked for."""

from __future__ import annotations

from collections.abc import Sequence

QUIET = 0.05
"""When none that was sent before has come for so long, none will [s]."""
LONGEST = 0.5
"""So long is waited at most, should the clock of a sender be wrong [s]."""


class LastPictures:
    """
    Pictures that were sent before an end was asked for belong to the episode, later ones do not.

    All are in when every camera has sent a later one, or when none came for QUIET.
    """

    def __init__(self, cameras: Sequence[str]) -> None:
        self._cameras = list(cameras)
        self._asked = float('inf')
        self._asked_at = 0.0
        self._came_at = 0.0
        self._awaited: set[str] = set()

    def ask(self, stamp: float, now: float) -> None:
        """
        Take that an end is asked for; of several that are asked for at once the first counts.

        :param stamp: when, by the clock that tells when pictures were sent [s]
        :param now: the same in monotonic time [s]
        """
        if self._asked == float('inf'):
            self._asked, self._asked_at, self._came_at = stamp, now, now
            self._awaited = set(self._cameras)

    def end(self) -> None:
        """Take that the episode has ended: what comes belongs to no episode, or to the next."""
        self._asked = float('inf')
        self._awaited.clear()

    def belongs(self, camera: str, sent: float, now: float) -> bool:
        """Return whether a picture belongs to the episode, by when it was sent [s]."""
        if sent <= self._asked:
            self._came_at = now
            return True
        self._awaited.discard(camera)
        return False

    def all_in(self, now: float) -> bool:
        """Return whether nothing is to be waited for any more."""
        quiet = now - self._came_at >= QUIET or now - self._asked_at >= LONGEST
        return quiet or not self._awaited
