# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""Look at when pictures were taken and when they came."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from ...delay import Delay
from ...gaps import Gaps
from .evidence import CameraEvidence, Evidence
from .finding import Finding, frame_ranges

GAP = 1.5
"""Periods between two pictures from which one in between is missing."""
UNEVEN = 0.25
"""Spread of the time between frames, as a share of its median."""
ENOUGH = 10
"""Frames from which a rate can be judged."""
LATEST = 1e11
"""A time that no clock shows [s]."""
MOST_RANGES = 5
"""Findings of one kind that are given a range of their own in one episode."""


def is_time(stamps: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Return which stamps, shape (T,), are times of this age [s]."""
    return np.abs(stamps) < LATEST


def check_times(evidence: Evidence) -> Iterator[Finding]:
    """Look at the stamps of every camera and of the commands."""
    command_delay = _delay(evidence.commands['receive_stamp'], evidence.commands['stamp'])
    for stream in ('commands', 'odometry'):
        stamps = getattr(evidence, stream)['stamp']
        wrong = int((~is_time(stamps)).sum())
        if wrong:
            text = f'{stream}: {wrong} of {len(stamps)} stamps are NaN, infinite or no time'
            yield Finding('time.not_finite', evidence.name, text)
    for name, camera in evidence.cameras.items():
        yield from _check_camera(evidence, name, camera, command_delay)


def _check_camera(
    evidence: Evidence, name: str, camera: CameraEvidence, command_delay: Delay
) -> Iterator[Finding]:
    for kind, stamps in (('header', camera.stamps), ('receive', camera.receive_stamps)):
        for first, last in _some(~is_time(stamps)):
            text = f'{name}: {last - first + 1} {kind} stamps are NaN, infinite or no time'
            yield Finding('time.not_finite', evidence.name, text, (first, last))
        # A comparison with NaN is False, so a stamp that is none is reported once.
        for first, last in _some(np.diff(stamps) < 0.0):
            back = float(stamps[first] - stamps[last + 1])
            text = f'{name}: the {kind} stamps go back by {back:.3f} s'
            yield Finding('time.backwards', evidence.name, text, (first, last + 1))
    if not is_time(camera.stamps).all() or not is_time(camera.receive_stamps).all():
        return
    for first, last in _some(np.diff(camera.stamps) == 0.0):
        text = f'{name}: {last - first + 2} pictures have the same stamp'
        yield Finding('time.duplicate', evidence.name, text, (first, last + 1))
    yield from _check_gaps(evidence, name, camera)
    yield from _check_skew(evidence, name, camera, command_delay)


def _check_gaps(evidence: Evidence, name: str, camera: CameraEvidence) -> Iterator[Finding]:
    expected = evidence.expected_period if evidence.expected_period > 0.0 else 0.0
    gaps = Gaps(expected)
    for stamp, receive_stamp in zip(
        camera.stamps.tolist(), camera.receive_stamps.tolist(), strict=True
    ):
        gaps.add(stamp, receive_stamp)
    steps = np.diff(camera.stamps)
    rising = steps[steps > 0.0]
    if len(rising) == 0:
        return
    usual = float(np.median(rising))
    period = min(usual, expected) if expected > 0.0 and usual < GAP * expected else usual
    lost = gaps.lost
    if lost > 0:
        for first, last in _some(steps > GAP * period):
            missing = float(steps[first : last + 1].sum())
            text = f'{name}: nothing for {missing:.2f} s, usual are {usual:.3f} s'
            yield Finding('time.gap', evidence.name, text, (first, last + 1))
    if gaps.jumps:
        text = f'{name}: its clock jumped ahead {gaps.jumps} times'
        yield Finding('time.clock_jump', evidence.name, text)
    if len(steps) < ENOUGH:
        return
    if expected and gaps.span >= 1.0 and gaps.rate < evidence.limits.rate_share / expected:
        text = f'{name}: {gaps.rate:.1f} Hz instead of {1.0 / expected:.4g} Hz'
        yield Finding('time.rate', evidence.name, text)
    whole = rising[rising <= GAP * period]
    if len(whole) >= ENOUGH and whole.std() > UNEVEN * usual:
        text = (
            f'{name}: the time between pictures varies by {whole.std() * 1e3:.0f} ms '
            f'about {usual * 1e3:.0f} ms'
        )
        yield Finding('time.jitter', evidence.name, text)


def _check_skew(
    evidence: Evidence, name: str, camera: CameraEvidence, commands: Delay
) -> Iterator[Finding]:
    pictures = _delay(camera.receive_stamps, camera.stamps).usual
    if None in (pictures, commands.usual):
        return
    if abs(pictures - commands.usual) > evidence.limits.maximum_skew:
        text = (
            f'{name}: pictures come {pictures:.2f} s after their stamp, '
            f'commands {commands.usual:.2f} s'
        )
        yield Finding('time.skew', evidence.name, text)


def _delay(receive_stamps: NDArray[np.float64], stamps: NDArray[np.float64]) -> Delay:
    delay = Delay()
    differences = receive_stamps - stamps
    for value in differences[np.isfinite(differences)].tolist():
        delay.add(value)
    return delay


def _some(marked: NDArray[np.bool_]) -> list[tuple[int, int]]:
    """Return the runs of marked frames; when they are many, one run about all of them."""
    ranges = frame_ranges(marked)
    return ranges if len(ranges) <= MOST_RANGES else [(ranges[0][0], ranges[-1][1])]
