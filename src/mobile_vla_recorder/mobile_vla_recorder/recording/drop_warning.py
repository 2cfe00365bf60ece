# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""Tell of what was dropped, but not of each picture."""

from __future__ import annotations

from collections.abc import Mapping


class DropWarning:
    """
    At most one sentence per period, naming all that was dropped since the last one.

    :param period: between two sentences [s]
    """

    def __init__(self, period: float = 1.0) -> None:
        self._period = period
        self._said: dict[str, int] = {}
        self._said_at = float('-inf')

    def update(self, dropped: Mapping[str, int], now: float) -> str:
        """
        Return a sentence, or '' when there is nothing to say yet.

        :param dropped: how much was dropped so far in the episode, by camera or kind of row
        """
        if any(count < self._said.get(name, 0) for name, count in dropped.items()):
            self._said = {}  # another episode
        new = {name: count - self._said.get(name, 0) for name, count in dropped.items()}
        new = {name: count for name, count in new.items() if count}
        if not new or now - self._said_at < self._period:
            return ''
        self._said, self._said_at = dict(dropped), now
        counts = ', '.join(f'{name} {count}' for name, count in new.items())
        return f'the disk or the processor is too slow: dropped: {counts}'
