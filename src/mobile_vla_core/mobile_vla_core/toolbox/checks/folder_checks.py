# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""Look at what no episode shows alone: balance, variety, copies, and those that stand out."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence

import numpy as np

from ...action_space import ActionType, ANGULAR_Z, DEAD_BAND, LINEAR_X, LINEAR_Y
from ...motion import LEFT, named_side, RIGHT
from .colour_order import swapped
from .digest import Digest
from .finding import Finding
from .near_duplicates import near_duplicates

ENOUGH = 6
"""Episodes from which a folder can be judged as a whole."""
BALANCE = 0.5
"""Smallest share of the rarer side, of the commoner one."""
FEW = 0.5
"""Share of the usual number of episodes below which a scenario has few."""
SHORT = 0.25
"""Share of the usual length below which an episode is the remains of one."""
OTHER_CADENCE = 0.25
"""Difference from the usual time between frames, as its share; training takes no more."""
STARTS_STOPPED = 0.8
"""Share of episodes with one lone STOP at the start from which it is artificial."""
ONE_TYPE = 0.98
"""Share of frames of one action type from which the others are not learnt."""
PLAIN_COLOUR = 16.0
"""Red over blue, or the inverse, from which a folder's pictures have a colour, of 255."""


def check_folder(digests: Sequence[Digest]) -> Iterator[Finding]:
    """Compare the episodes with each other."""
    driven = [digest for digest in digests if len(digest.drive)]
    if driven:
        yield from _check_dimensions(driven)
        yield from _check_starts(driven)
    yield from _check_copies(driven)
    if len(digests) >= ENOUGH:
        yield from _check_outliers(digests)
        yield from _check_colours(digests)
        yield from _check_phrasing(digests)
        yield from _check_balance(digests)


def _check_dimensions(digests: Sequence[Digest]) -> Iterator[Finding]:
    span = np.max([d.highest for d in digests], axis=0) - np.min([d.lowest for d in digests], 0)
    dead = span <= DEAD_BAND
    if dead.all():
        return  # of which every episode has a finding of its own
    everywhere = f'in all {len(digests)} episodes' if len(digests) > 1 else 'in the episode'
    if dead[LINEAR_Y] and dead[ANGULAR_Z]:
        text = f'neither linear_y nor angular_z ever changes {everywhere}: nothing steers'
    elif dead[LINEAR_X]:
        text = f'linear_x never changes {everywhere}'
    elif dead[ANGULAR_Z]:
        text = f'angular_z never changes {everywhere}'
    else:
        return  # a base that cannot strafe has linear_y = 0
    yield Finding('action.dead_dimension', '', text)


def _check_starts(digests: Sequence[Digest]) -> Iterator[Finding]:
    lone = [digest for digest in digests if digest.starts_stopped]
    if len(lone) < STARTS_STOPPED * len(digests):
        return
    for digest in lone:
        text = (
            f'it begins with one frame of STOP and then drives, as {len(lone)} of '
            f'{len(digests)} do'
        )
        yield Finding('action.artificial_start', digest.name, text, (0, 0))


def _check_copies(digests: Sequence[Digest]) -> Iterator[Finding]:
    for first, second in near_duplicates(digests):
        text = f'its commands and its pictures are those of {digests[first].name}'
        yield Finding('label.duplicate', digests[second].name, text)


def _check_outliers(digests: Sequence[Digest]) -> Iterator[Finding]:
    period = float(np.nanmedian([d.period for d in digests] or [np.nan]))
    frames = float(np.median([digest.frames for digest in digests]))
    for digest in digests:
        if abs(digest.period - period) > OTHER_CADENCE * period:
            text = f'a frame every {digest.period:.3f} s, usual are {period:.3f} s'
            yield Finding('time.cadence', digest.name, text)
        if 0 < digest.frames < SHORT * frames:
            text = f'{digest.frames} frames, usual are {frames:.0f}'
            yield Finding('time.short', digest.name, text)


def _check_colours(digests: Sequence[Digest]) -> Iterator[Finding]:
    known = [digest for digest in digests if np.isfinite(digest.colour).all()]
    if len(known) < ENOUGH:
        return
    colours = np.array([digest.colour for digest in known])
    usual = np.median(colours, axis=0)
    if abs(usual[0] - usual[1]) < PLAIN_COLOUR:
        return
    for place in np.flatnonzero(swapped(colours, usual)):
        text = 'its colours are those of the other episodes with red as blue'
        yield Finding('image.red_blue_swap', known[place].name, text)


def _check_phrasing(digests: Sequence[Digest]) -> Iterator[Finding]:
    texts = Counter(digest.instruction for digest in digests)
    scenarios = {digest.scenario for digest in digests}
    if len(texts) == 1:
        many = f'{len(scenarios)} scenarios' if len(scenarios) > 1 else f'{len(digests)} episodes'
        text = f'all {many} have the instruction "{next(iter(texts))}"'
        yield Finding('label.one_phrasing', '', text)


def _check_balance(digests: Sequence[Digest]) -> Iterator[Finding]:
    sides = Counter(named_side(digest.instruction) for digest in digests)
    left, right = sides[LEFT], sides[RIGHT]
    if min(left, right) < BALANCE * max(left, right):
        yield Finding('label.side_imbalance', '', f'{left} episodes say left, {right} say right')
    members: dict[str, int] = defaultdict(int)
    for digest in digests:
        members[digest.scenario] += 1
    members.pop('', None)
    usual = float(np.median(list(members.values()) or [0]))
    few = [f'{name} ({count})' for name, count in sorted(members.items()) if count < FEW * usual]
    if few:
        text = f'usual are {usual:.0f} episodes, fewer have {", ".join(few)}'
        yield Finding('label.scenario_imbalance', '', text)
    counts = np.sum([digest.type_counts for digest in digests], axis=0)
    if counts.sum() and counts.max() > ONE_TYPE * counts.sum():
        kind = ActionType(int(counts.argmax())).name.lower()
        text = f'{counts.max() / counts.sum():.1%} of the frames are of type {kind}'
        yield Finding('action.imbalance', '', text)
