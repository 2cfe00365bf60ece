# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""Sets of processors, as a user writes them and as Linux takes them."""

from __future__ import annotations

from collections.abc import Collection
import os
from pathlib import Path

from mobile_vla_core.errors import ConfigError


def parse_cpus(text: str, usable: Collection[int] | None = None) -> frozenset[int]:
    """
    Read a list such as '0,2-3'.

    :param usable: those that may be named; None for those of this process
    :return: numbers of processors; none for '', which means all
    :raises ConfigError: if it is no such list, or names a processor that may not be used
    """
    cpus: set[int] = set()
    for part in filter(None, (part.strip() for part in text.split(','))):
        low, dash, high = part.partition('-')
        if not (low.isdecimal() and (high.isdecimal() or not dash)):
            raise ConfigError(f'"{text}" is no list of processors: expected such as "0,2-3"')
        cpus.update(range(int(low), int(high or low) + 1))
    usable = usable_cpus() if usable is None else usable
    missing = cpus.difference(usable)
    if missing:
        raise ConfigError(
            f'"{text}" names processor {min(missing)}, which may not be used: '
            f'expected some of {sorted(usable)}'
        )
    return frozenset(cpus)


def usable_cpus() -> frozenset[int]:
    """Return the processors that this process was given when it started."""
    return _USABLE


def pin_process(cpus: frozenset[int]) -> None:
    """Let every thread of this process run on these processors only; on all of them if none."""
    for thread in Path('/proc/self/task').iterdir():
        os.sched_setaffinity(int(thread.name), cpus or usable_cpus())


_USABLE = frozenset(os.sched_getaffinity(0))
