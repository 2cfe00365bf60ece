# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""What came and was not written, and why."""

from __future__ import annotations

from collections.abc import Sequence

ROWS = 'commands and other rows'
TELL_PERIOD = 1.0
"""While counts grow they are stored at most so often [s]."""


class Drops:
    """
    Counts of pictures by camera, and of other rows under the name ROWS, by what was wrong.

    :ivar late: for which the disk or the processor was too slow
    :ivar broken: pictures that cannot be read
    :ivar failed: that came when nothing could be written any more
    """

    def __init__(self, cameras: Sequence[str]) -> None:
        self._cameras = list(cameras)
        self.late = dict.fromkeys((*cameras, ROWS), 0)
        self.broken = dict.fromkeys(cameras, 0)
        self.failed = dict.fromkeys((*cameras, ROWS), 0)
        self._told = dict.fromkeys((*cameras, ROWS), (0, float('-inf')))
        """Of each name the count that was stored last, and when [s]."""

    @property
    def cameras(self) -> dict[str, int]:
        """Pictures by camera."""
        return {name: self._total(name) for name in self._cameras}

    @property
    def rows(self) -> int:
        """Commands and other small rows."""
        return self._total(ROWS)

    def totals(self) -> list[str]:
        """Return what to store at the end, a text each."""
        return [self._count_text(name) for name in self.late if self._total(name)]

    def news(self, stamp: float) -> list[str]:
        """Return what to store while recording: counts that grew; the stamp is of now [s]."""
        found = []
        for name, (count, told_at) in self._told.items():
            total = self._total(name)
            if total != count and not 0.0 <= stamp - told_at < TELL_PERIOD:
                self._told[name] = total, stamp
                found.append(f'{self._count_text(name)} so far')
        return found

    def texts(self, error: str) -> list[str]:
        """
        Return what was dropped and why, a sentence each.

        :param error: why nothing can be written any more
        """
        slow = 'the disk or the processor is too slow'
        found = [
            f'{_pictures(name, count)} dropped: {why}'
            for counts, why in ((self.late, slow), (self.failed, error))
            for name, count in counts.items()
            if count
        ]
        broken = [
            f'{name}: {count} pictures dropped that cannot be read: see the events for the '
            f'reason, and check the encoding of the camera'
            for name, count in self.broken.items()
            if count
        ]
        return found + broken

    def _total(self, name: str) -> int:
        return self.late[name] + self.broken.get(name, 0) + self.failed[name]

    def _count_text(self, name: str) -> str:
        total = self._total(name)
        return f'{total} {ROWS} dropped' if name == ROWS else f'{name}: {total} frames dropped'


def _pictures(name: str, count: int) -> str:
    return f'{count} {ROWS}' if name == ROWS else f'{name}: {count} pictures'
