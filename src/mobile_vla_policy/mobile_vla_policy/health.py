# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""How well the policy node does its work: figures of the last minute, and what is wrong."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import IntEnum
from math import isnan
from pathlib import Path

from mobile_vla_core.percentiles import Percentiles, RollingPercentiles
from mobile_vla_core.period_meter import PeriodSummary
from mobile_vla_core.safety import StopReason

from .gates.gate import Stop
from .tick import Tick

_SECONDS = 60.0
"""Figures are of so long [s]."""
_SLOW, _LATE = 0.95, 0.5
"""Rate, and 99th percentile of the period's error, that are worth a warning: shares of the
wanted rate and of the period."""
_LOW_MEMORY, _NO_MEMORY = 512 * 1024**2, 128 * 1024**2
"""Free memory that is worth a warning, an error [bytes]."""
_WAITING = frozenset(
    {
        StopReason.NOT_ARMED,
        StopReason.TAKEN_OVER,
        StopReason.NO_INSTRUCTION,
        StopReason.WORKER_STARTING,
        StopReason.NO_CHUNK,
    }
)
"""Stops that are nobody's fault."""


class Level(IntEnum):
    """As in diagnostic_msgs/DiagnosticStatus."""

    OK = 0
    WARN = 1
    ERROR = 2


@dataclass(frozen=True)
class HealthRow:
    """One component; `values` by name, as texts."""

    name: str
    level: Level
    message: str
    values: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Counts:
    """
    What is counted elsewhere.

    :param frames: frames given to the policy since activation
    :param dropped: frames left out since activation
    :param restarts: of the worker
    :param worker: why there is none, None when there is one
    :param free_memory: of the machine [bytes], None when it is not known
    :param armed: the robot may move
    :param warnings: sentences that the status carries
    :param log_dropped: records that the run log left out
    """

    frames: int = 0
    dropped: int = 0
    restarts: int = 0
    worker: Stop | None = None
    free_memory: int | None = None
    armed: bool = False
    warnings: tuple[str, ...] = ()
    log_dropped: int = 0


class Health:
    """
    Take every tick of the control loop, and tell how it went.

    :param rate: wanted rate of the commands [Hz]
    :param step_period: time between frames of the policy [s]
    """

    def __init__(self, rate: float, step_period: float) -> None:
        self._rate = rate
        self._step_period = step_period
        ticks = max(1, round(_SECONDS * rate))
        self._age = RollingPercentiles(ticks)
        self._inference = RollingPercentiles(max(1, round(_SECONDS / step_period)))
        self._tick: Tick | None = None
        self._restarts = 0

    def watch(self, tick: Tick) -> None:
        """Take a tick of the control loop."""
        self._tick = tick
        if tick.chosen.reason is None:
            self._age.add(tick.chosen.chunk_age)
        for prediction in tick.chosen.predictions:
            self._inference.add(prediction.inference_ms * 1e-3)

    def pause(self) -> None:
        """Take note that no tick comes, because the node is inactive."""
        self._tick = None

    def rows(self, counts: Counts, period: PeriodSummary) -> list[HealthRow]:
        """Judge every component; `period` is that of the commands."""
        return [
            self._driving(counts),
            self._control(period),
            self._inference_row(counts),
            self._image(counts),
            _memory(counts),
        ]

    def _driving(self, counts: Counts) -> HealthRow:
        if self._tick is None:
            return HealthRow('driving', Level.OK, 'inactive')
        decision, driver = self._tick.decision, self._tick.driver
        values = {
            'driver': driver,
            'armed': str(counts.armed).lower(),
            'reason': decision.sentence,
        }
        if decision.reason is not None:
            level = Level.WARN if decision.reason in _WAITING else Level.ERROR
            return HealthRow('driving', level, decision.sentence, values)
        if counts.warnings:
            return HealthRow('driving', Level.WARN, '; '.join(counts.warnings), values)
        return HealthRow('driving', Level.OK, f'the {driver or "policy"} drives', values)

    def _control(self, summary: PeriodSummary) -> HealthRow:
        values = {
            'rate [Hz]': _number(summary.rate),
            'wanted rate [Hz]': _number(self._rate),
            **_milliseconds('period', summary.period),
            **_milliseconds('period error', summary.error),
        }
        if summary.period.count == 0:
            return HealthRow('control loop', Level.OK, 'no commands yet', values)
        if summary.rate < _SLOW * self._rate:
            text = f'{summary.rate:.1f} Hz instead of {self._rate:g} Hz'
            return HealthRow('control loop', Level.WARN, text, values)
        if summary.error.p99 > _LATE / self._rate:
            text = f'one period in a hundred is off by {summary.error.p99 * 1e3:.1f} ms or more'
            return HealthRow('control loop', Level.WARN, text, values)
        return HealthRow('control loop', Level.OK, f'{summary.rate:.2f} Hz', values)

    def _inference_row(self, counts: Counts) -> HealthRow:
        summary = self._inference.summary()
        restarted = counts.restarts - self._restarts
        self._restarts = counts.restarts
        values = {**_milliseconds('inference', summary), 'restarts': str(counts.restarts)}
        worker = counts.worker
        if worker is not None and worker.reason is not StopReason.WORKER_STARTING:
            return HealthRow('inference', Level.ERROR, worker.sentence, values)
        if restarted > 0:
            return HealthRow('inference', Level.WARN, 'the worker was restarted', values)
        if summary.p99 > self._step_period:
            text = (
                f'one inference in a hundred takes {summary.p99 * 1e3:.0f} ms or more, a step '
                f'of the policy {self._step_period * 1e3:.0f} ms: frames are left out'
            )
            return HealthRow('inference', Level.WARN, text, values)
        text = 'no prediction yet' if summary.count == 0 else f'{summary.p50 * 1e3:.1f} ms'
        return HealthRow('inference', Level.OK, text, values)

    def _image(self, counts: Counts) -> HealthRow:
        summary = self._age.summary()
        values = {
            **_milliseconds('image to command', summary),
            'frames': str(counts.frames),
            'dropped frames': str(counts.dropped),
            'dropped log records': str(counts.log_dropped),
        }
        share = counts.dropped / max(1, counts.frames + counts.dropped)
        if share > 0.01:
            return HealthRow('image', Level.WARN, f'{share:.1%} of the frames dropped', values)
        text = 'no command yet' if summary.count == 0 else f'{summary.p50 * 1e3:.0f} ms old'
        return HealthRow('image', Level.OK, text, values)


def free_memory() -> int | None:
    """Return how much memory this machine can still give [bytes], None when it does not tell."""
    try:
        lines = Path('/proc/meminfo').read_text(encoding='ascii').splitlines()
    except OSError:  # Such as when all file descriptors are in use.
        return None
    for line in lines:
        name, _, rest = line.partition(':')
        if name == 'MemAvailable':
            return int(rest.split()[0]) * 1024
    return None


def _memory(counts: Counts) -> HealthRow:
    free = counts.free_memory
    if free is None:
        return HealthRow('memory', Level.WARN, 'unknown', {'free memory [MiB]': ''})
    level = Level.ERROR if free < _NO_MEMORY else Level.WARN if free < _LOW_MEMORY else Level.OK
    text = f'{free / 1024**2:.0f} MiB free'
    return HealthRow('memory', level, text, {'free memory [MiB]': f'{free / 1024**2:.0f}'})


def _milliseconds(name: str, figures: Percentiles) -> dict[str, str]:
    return {
        f'{name} {key} [ms]': _number(value * 1e3)
        for key, value in (('p50', figures.p50), ('p99', figures.p99), ('max', figures.max))
    }


def _number(value: float) -> str:
    return '' if isnan(value) else f'{value:.2f}'
