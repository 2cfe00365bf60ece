# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""Check how episodes ended, and whether some are mere remains."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import numpy as np

from ..data.cache import CachedEpisode
from ..data.outcomes import Ending
from .finding import Finding, Level, name_some

SHORT = 0.25
"""Share of the median length below which an episode is the remains of one."""


def check_outcomes(
    endings: Sequence[Ending], episodes: Sequence[CachedEpisode], step_period: float
) -> list[Finding]:
    """
    Look at outcomes and lengths.

    :param endings: of the episodes that are learnt from
    :param episodes: their frames; an episode with lost frames is there once for each piece
    :param step_period: [s]
    """
    findings = []
    failed = [ending for ending in endings if ending.outcome == 'failure']
    if failed:
        text = f'{len(failed)} failures are learnt from: {name_some(map(str, failed))}'
        findings.append(Finding(Level.WARNING, 'outcomes', text))
    unknown = [ending for ending in endings if ending.outcome == 'unknown']
    if unknown:
        text = (
            f'how {len(unknown)} of {len(endings)} episodes ended is unknown: look at them and '
            f'relabel them, or leave them out with data.outcomes=[success]: '
            f'{name_some(map(str, unknown))}'
        )
        findings.append(Finding(Level.WARNING, 'outcomes', text))
    frames: Counter[str] = Counter()
    for episode in episodes:
        frames[episode.name] += episode.length
    median = float(np.median(list(frames.values())))
    short = [
        f'{name} ({count * step_period:.1f} s)'
        for name, count in sorted(frames.items())
        if count < SHORT * median
    ]
    if short:
        text = (
            f'{len(short)} episodes are much shorter than the others '
            f'({median * step_period:.1f} s): {name_some(short)}'
        )
        findings.append(Finding(Level.WARNING, 'length', text))
    return findings
