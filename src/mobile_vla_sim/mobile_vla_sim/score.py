# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""Rates over trials, each with its number of trials and a confidence interval."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from math import sqrt
from typing import Any

from .trial import TrialResult

Z_95 = 1.959964
"""Two-sided 95 % quantile of the standard normal distribution."""


def wilson_interval(successes: int, trials: int, z: float = Z_95) -> tuple[float, float]:
    """
    Return the 95 % interval of a rate.

    Source: E. B. Wilson, Journal of the American Statistical Association 22 (1927) 209-212. It
    stays inside [0, 1] and is honest for few trials and for rates near 1.
    """
    if trials == 0:
        return 0.0, 1.0
    rate, spread = successes / trials, z * z / trials
    centre = rate + spread / 2
    half = z * sqrt(rate * (1 - rate) / trials + spread / (4 * trials))
    return max(0.0, (centre - half) / (1 + spread)), min(1.0, (centre + half) / (1 + spread))


def score(results: Sequence[TrialResult]) -> dict[str, Any]:
    """Return the rates in total and per scenario, as plain values for JSON."""
    names = sorted({result.trial.scenario for result in results})
    return {
        **_rates(results),
        'outcomes': dict(Counter(result.outcome for result in results)),
        'per_scenario': {
            name: _rates([result for result in results if result.trial.scenario == name])
            for name in names
        },
    }


def _rates(results: Sequence[TrialResult]) -> dict[str, Any]:
    count = len(results)
    successes = sum(result.succeeded for result in results)
    low, high = wilson_interval(successes, count)
    return {
        'episodes': count,
        'success_rate': _rate(successes, count),
        'success_interval_95': [round(low, 4), round(high, 4)],
        'collision_rate': _rate(sum(result.collided for result in results), count),
        'side_followed': _rate(sum(result.followed_side for result in results), count),
    }


def _rate(successes: int, count: int) -> float:
    return round(successes / count, 4) if count else 0.0
