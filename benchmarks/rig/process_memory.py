# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""What a process holds of the machine's memory, and how that grew."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import astuple
from pathlib import Path
from statistics import median
from typing import Any

from .recorder_process import Memory

MINUTE = 60.0
SETTLED_MINUTES = 5


def memory_of(pid: int) -> Memory:
    """Return what a process holds now, in MB (10^6 bytes)."""
    lines = Path(f'/proc/{pid}/smaps_rollup').read_text().splitlines()
    values = {row[0]: int(row[1]) * 1024e-6 for row in map(str.split, lines) if row[-1] == 'kB'}
    return Memory(values['Rss:'], values['Pss:'], values['Anonymous:'])


def child_of(pid: int, program: str) -> int:
    """Return the process that another one started with this on its command line."""
    for thread in Path(f'/proc/{pid}/task').iterdir():
        for child in (thread / 'children').read_text().split():
            if program in Path(f'/proc/{child}/cmdline').read_text().split('\0'):
                return int(child)
    raise RuntimeError(f'process {pid} has no child {program}')


def growth_figures(name: str, samples: Sequence[Memory], period: float) -> dict[str, Any]:
    """
    Return the medians of the last minute and of each, and how far it is above others.

    That is above the first, and above the one that follows after SETTLED_MINUTES.

    :param period: time between two samples [s]
    """
    count = max(1, round(MINUTE / period))
    settled = min(SETTLED_MINUTES * count, max(0, len(samples) - count))
    first, later, last = (
        Memory(*map(median, zip(*map(astuple, part), strict=True)))
        for part in (samples[:count], samples[settled : settled + count], samples[-count:])
    )
    return {
        f'{name}_anonymous_mb': round(last.anonymous, 1),
        f'{name}_anonymous_growth_mb': round(last.anonymous - first.anonymous, 2),
        f'{name}_anonymous_growth_settled_mb': round(last.anonymous - later.anonymous, 2),
        f'{name}_pss_mb': round(last.proportional, 1),
        f'{name}_pss_growth_mb': round(last.proportional - first.proportional, 2),
        f'{name}_anonymous_each_minute_mb': [
            round(median(sample.anonymous for sample in samples[start : start + count]), 2)
            for start in range(0, len(samples), count)
        ],
    }
