# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""What is kept of an episode to be compared with the others: a few kilobytes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ...action_space import ACTION_TYPE, ACTION_TYPES, VELOCITY_DIM
from .action_checks import starts_stopped
from .colour_order import mean_colour
from .evidence import Evidence
from .picture_scan import THUMBNAIL

STEPS = 32
"""Points at which a drive is kept."""
VIEWS = 3
"""Pictures that are kept: the first, the middle one and the last."""


@dataclass(frozen=True)
class Digest:
    """
    One episode in brief.

    :param period: median time between frames [s], NaN when unknown
    :param lowest: of each velocity, shape (3,), as `highest`
    :param drive: velocities at STEPS points of time, shape (STEPS, 3)
    :param views: shape (VIEWS, 9, 16, 3) uint8 RGB; empty without pictures
    :param colour: red and blue over green, shape (2,), NaN without pictures
    """

    name: str
    instruction: str
    scenario: str
    frames: int
    period: float
    starts_stopped: bool
    lowest: NDArray[np.float32]
    highest: NDArray[np.float32]
    type_counts: NDArray[np.int64]
    drive: NDArray[np.float32]
    views: NDArray[np.uint8]
    colour: NDArray[np.float64]


def digest_of(evidence: Evidence) -> Digest:
    """Take from an episode what is compared."""
    actions = evidence.actions[np.isfinite(evidence.actions).all(axis=1)]
    velocity = actions[:, :VELOCITY_DIM]
    camera = evidence.primary
    scan = None if camera is None else camera.pictures
    views, colour = np.zeros((0, *THUMBNAIL, 3), np.uint8), np.full(2, np.nan)
    if scan is not None and len(scan.thumbnails):
        views, colour = scan.thumbnails[_spread(len(scan.thumbnails), VIEWS)], mean_colour(scan)
    nothing = np.zeros(VELOCITY_DIM, np.float32)
    kinds = actions[:, ACTION_TYPE]
    known = kinds[(kinds >= 0) & (kinds < ACTION_TYPES)].astype(int)
    return Digest(
        name=evidence.name,
        instruction=evidence.instruction,
        scenario=evidence.scenario,
        frames=0 if camera is None else len(camera.stamps),
        period=evidence.period,
        starts_stopped=starts_stopped(actions),
        lowest=velocity.min(axis=0) if len(velocity) else nothing,
        highest=velocity.max(axis=0) if len(velocity) else nothing,
        type_counts=np.bincount(known, minlength=ACTION_TYPES),
        drive=velocity[_spread(len(velocity), STEPS)] if len(velocity) else velocity,
        views=views,
        colour=colour,
    )


def _spread(count: int, points: int) -> NDArray[np.int64]:
    return np.linspace(0, count - 1, points).round().astype(int)
