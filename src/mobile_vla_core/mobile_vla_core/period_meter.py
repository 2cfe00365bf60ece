# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""Measure how well a rate is kept."""

from __future__ import annotations

from dataclasses import dataclass

from .percentiles import Percentiles, RollingPercentiles


@dataclass(frozen=True)
class PeriodSummary:
    """
    How a rate was kept.

    :param rate: measured [Hz], NaN before two events
    :param period: time between two events [s]
    :param error: distance of that from the wanted period [s]
    """

    rate: float
    period: Percentiles
    error: Percentiles


class PeriodMeter:
    """
    Take the times of events that should come periodically.

    :param period: wanted time between two events [s]
    :param size: how many periods are remembered
    """

    def __init__(self, period: float, size: int) -> None:
        self._wanted = period
        self._last: float | None = None
        self._periods = RollingPercentiles(size)
        self._errors = RollingPercentiles(size)

    def mark(self, now: float) -> None:
        """Note that an event happened at `now` [s]."""
        last, self._last = self._last, now
        if last is not None:
            self._periods.add(now - last)
            self._errors.add(abs(now - last - self._wanted))

    def pause(self) -> None:
        """Let the next event start anew: the time up to it is no period."""
        self._last = None

    def summary(self) -> PeriodSummary:
        """Return the figures of the periods remembered."""
        period = self._periods.summary()
        return PeriodSummary(
            rate=1.0 / period.mean if period.mean else float('nan'),
            period=period,
            error=self._errors.summary(),
        )
