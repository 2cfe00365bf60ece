# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""What a check has found."""

from __future__ import annotations

from collections.abc import Iterable
from enum import Enum
from typing import NamedTuple

MOST_NAMES = 5


class Level(str, Enum):
    """What follows from a finding."""

    ERROR = 'error'
    """Training would be in vain: it does not start."""
    WARNING = 'warning'
    """To be looked at; training starts."""
    NOTE = 'note'
    """Good to know."""


class Finding(NamedTuple):
    """One sentence about one fault."""

    level: Level
    check: str
    """Short name of what was looked at, such as 'instructions'."""
    text: str

    def __str__(self) -> str:
        return f'{self.level.value}: {self.check}: {self.text}'


def name_some(names: Iterable[str]) -> str:
    """Join the first few names, and say how many more there are."""
    names = list(names)
    shown = ', '.join(names[:MOST_NAMES])
    return f'{shown} and {len(names) - MOST_NAMES} more' if len(names) > MOST_NAMES else shown
