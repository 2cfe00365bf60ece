# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""Look at what was driven."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from ...action_space import (
    ACTION_NAMES,
    ACTION_TYPE,
    ACTION_UNITS,
    ActionType,
    ANGULAR_Z,
    DEAD_BAND,
    VELOCITY_DIM,
)
from ...episodes import align_actions
from ...motion import is_moving
from .evidence import Evidence
from .finding import Finding, frame_ranges
from .time_checks import is_time

FASTEST = (10.0, 10.0, 10.0)
"""Beyond what a wheeled robot indoors drives [m/s, m/s, rad/s]: other units are meant."""
IDLE_SECONDS = 3.0
"""Standing still for longer is no part of a drive [s]."""
IDLE_SHARE = 0.5
"""Share of idle frames above which standing still is what is learnt."""
SATURATED_SHARE = 0.1
"""Share of the moving frames at the very same limit from which it cuts off."""
DISTINCT = 12
"""Different values of a velocity from which its source is no keyboard."""
INJECTED = 2
"""STOPs on copies of one picture from which they are no drive."""
RATIO = 5.0
"""Commanded over measured speed, or the inverse, from which units differ."""


def check_actions(evidence: Evidence) -> Iterator[Finding]:
    """Look at the actions of one episode, and at the commands that they come from."""
    name, actions = evidence.name, evidence.actions
    twist = evidence.commands['twist']
    if not np.isfinite(twist).all():
        wrong = int((~np.isfinite(twist)).any(axis=1).sum())
        text = f'{wrong} of {len(twist)} commands are NaN or infinite'
        yield Finding('action.not_finite', name, text)
    sound = np.isfinite(actions).all(axis=1)
    for first, last in frame_ranges(~sound):
        text = f'{last - first + 1} actions are NaN or infinite'
        yield Finding('action.not_finite', name, text, (first, last))
    if not len(actions) or not sound.all():
        return
    yield from _check_types(name, actions)
    yield from _check_misaligned(evidence)
    velocity = actions[:, :VELOCITY_DIM]
    if np.abs(velocity).max() <= DEAD_BAND:
        yield Finding('action.zero', name, f'all {len(actions)} commands are zero')
        return
    if len(actions) > 1 and np.ptp(velocity, axis=0).max() <= DEAD_BAND:
        values = ', '.join(f'{value:+.2f}' for value in velocity[0])
        text = f'the command is ({values}) in all {len(actions)} frames'
        yield Finding('action.constant', name, text)
    yield from _check_units(evidence)
    yield from _check_saturation(name, velocity)
    yield from _check_idle(evidence)
    yield from _check_end(evidence)


def starts_stopped(actions: NDArray[np.float32]) -> bool:
    """Return whether a drive, shape (T, 4), begins with one lone STOP."""
    if len(actions) < 2:
        return False
    still = bool(np.abs(actions[0, :VELOCITY_DIM]).max() <= DEAD_BAND)
    return still and bool(is_moving(actions[1:2])[0])


def _check_types(name: str, actions: NDArray[np.float32]) -> Iterator[Finding]:
    kinds = actions[:, ACTION_TYPE]
    known = np.isin(kinds, [int(kind) for kind in ActionType])
    for first, last in frame_ranges(~known)[:1]:
        text = f'{int((~known).sum())} action types are none of 0 to 3: {kinds[first]:g}'
        yield Finding('action.type', name, text, (first, last))
    driven = np.abs(actions[:, :VELOCITY_DIM]).max(axis=1) > DEAD_BAND
    moved_stop = (kinds == ActionType.STOP) & driven
    still_drive = np.isin(kinds, [ActionType.MOVEMENT, ActionType.ROTATION]) & ~driven
    for marked, what in (
        (moved_stop, 'are of type stop and have a velocity'),
        (still_drive, 'are of a moving type and have no velocity'),
    ):
        for first, last in frame_ranges(marked)[:1]:
            text = f'{int(marked.sum())} of {len(actions)} frames {what}'
            yield Finding('action.type_mismatch', name, text, (first, last))


def _check_misaligned(evidence: Evidence) -> Iterator[Finding]:
    commands, camera = evidence.commands, evidence.primary
    known = camera is not None and len(camera.stamps) == len(evidence.actions)
    if not known or not len(commands['stamp']) or not np.isfinite(commands['twist']).all():
        return
    if not is_time(camera.stamps).all() or not is_time(commands['stamp']).all():
        return
    aligned, _ = align_actions(
        camera.stamps, commands['stamp'], commands['twist'], commands['action_type']
    )
    differs = (np.abs(aligned - evidence.actions) > 1e-5).any(axis=1)
    ranges = frame_ranges(differs)
    if ranges:
        text = (
            f'{int(differs.sum())} of {len(differs)} actions are not the command in force from '
            f'their picture on'
        )
        yield Finding('action.misaligned', evidence.name, text, (ranges[0][0], ranges[-1][1]))


def _check_units(evidence: Evidence) -> Iterator[Finding]:
    velocity = evidence.actions[:, :VELOCITY_DIM]
    for i in range(VELOCITY_DIM):
        fastest = float(np.abs(velocity[:, i]).max())
        if fastest > FASTEST[i]:
            wrong = frame_ranges(np.abs(velocity[:, i]) > FASTEST[i])
            text = (
                f'{ACTION_NAMES[i]} reaches {fastest:.4g} {ACTION_UNITS[i]}: '
                f'is it in {"degrees/s" if i == ANGULAR_Z else "mm/s, or a motor value"}?'
            )
            yield Finding('action.units', evidence.name, text, (wrong[0][0], wrong[-1][1]))
            return
    measured = evidence.odometry['twist']
    if len(measured) == 0 or not np.isfinite(measured).all():
        return
    for what, told, seen in (
        ('linear', np.hypot(velocity[:, 0], velocity[:, 1]), np.hypot(*measured[:, :2].T)),
        ('angular', np.abs(velocity[:, 2]), np.abs(measured[:, 5])),
    ):
        told, seen = float(np.sqrt(np.mean(told**2))), float(np.sqrt(np.mean(seen**2)))
        if told > 0.1 and seen > 0.02 and not 1.0 / RATIO < told / seen < RATIO:
            text = f'commands are {told / seen:.3g} times the {what} speed of the odometry'
            yield Finding('action.units', evidence.name, text)


def _check_saturation(name: str, velocity: NDArray[np.float32]) -> Iterator[Finding]:
    for i in range(VELOCITY_DIM):
        values = velocity[:, i]
        moving = np.abs(values) > DEAD_BAND
        if len(np.unique(values)) < DISTINCT:
            continue
        limit = np.abs(values).max()
        at_limit = np.abs(values) == limit
        if at_limit.sum() > SATURATED_SHARE * moving.sum() and at_limit.sum() > 2:
            ranges = frame_ranges(at_limit)
            longest = max(ranges, key=lambda run: run[1] - run[0])
            text = (
                f'{ACTION_NAMES[i]} is exactly {limit:.3g} {ACTION_UNITS[i]} in '
                f'{int(at_limit.sum())} of {int(moving.sum())} moving frames'
            )
            yield Finding('action.saturated', name, text, longest)


def _check_idle(evidence: Evidence) -> Iterator[Finding]:
    idle = ~is_moving(evidence.actions)
    share = float(idle.mean())
    period = evidence.period
    seconds = 0.0 if not np.isfinite(period) else period
    for first, last in frame_ranges(idle):
        if (last - first + 1) * seconds > IDLE_SECONDS:
            text = f'the robot stands still for {(last - first + 1) * seconds:.1f} s'
            yield Finding('action.idle', evidence.name, text, (first, last))
    if share > IDLE_SHARE:
        text = f'{share:.0%} of the frames stand still'
        yield Finding('action.idle', evidence.name, text)


def _check_end(evidence: Evidence) -> Iterator[Finding]:
    """Look for STOPs that a recorder put after the drive: its last picture, again and again."""
    still = ~is_moving(evidence.actions)
    ranges = frame_ranges(still)
    if not ranges or ranges[-1][1] != len(still) - 1:
        return
    first, last = ranges[-1]
    camera = evidence.primary
    scan = None if camera is None else camera.pictures
    if scan is None or len(scan.repeated) != len(still) or first == 0:
        return
    copies = scan.repeated[first : last + 1]
    if copies[1:].all() and len(copies) >= INJECTED:
        text = f'the drive ends with {len(copies)} STOPs on copies of one picture'
        yield Finding('action.artificial_end', evidence.name, text, (first, last))
