# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""When a base was told to brake, and when to stand."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

Command = tuple[float, float]
"""When it was given [s], and its speed: the length of the velocity."""
_SLOWER = 0.97
"""A command that is slower than the one before by less is no braking: predictions vary."""


class Braking(NamedTuple):
    """Times since a fault [s]: of the first command that brakes, and of the zero that lasts."""

    began: float
    zero: float


def braking_of(commands: Sequence[Command], since: float) -> Braking | None:
    """
    Look how a base came to rest: by the first zero after the last command that moves.

    :param since: when the fault was made [s]
    :return: None when nothing was commanded after it, or the newest command moves
    """
    after = [(stamp, speed) for stamp, speed in commands if stamp >= since]
    zero = 1 + max((number for number, (_, speed) in enumerate(after) if speed), default=-1)
    if zero >= len(after):
        return None
    first = zero
    while first and after[first][1] < _SLOWER * after[first - 1][1]:
        first -= 1
    # That is the last command at full speed, unless there was none.
    began = after[min(first + 1, zero)] if first < zero else after[zero]
    return Braking(began[0] - since, after[zero][0] - since)
