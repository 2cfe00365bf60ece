# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""What an episode looks like over time: frames, actions and gaps in seconds from its start."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ...episodes import align_actions, Episode
from ..checks.time_checks import GAP

ASSUMED_PERIOD = 0.1
"""Between frames whose stamps say nothing [s]."""


@dataclass(frozen=True)
class Gap:
    """Where frames are missing, between `frame` and the one after it."""

    frame: int
    start: float
    """[s] from the start of the episode, as `end`."""
    end: float


@dataclass(frozen=True)
class Curves:
    """
    Frames and commands on one axis of time.

    :param seconds: of each frame from the first, shape (T,), never falling [s]
    :param actions: in force from each frame, shape (T, 4) [m/s, m/s, rad/s, class]
    :param command_seconds: of each command, shape (N,) [s]
    :param commands: shape (N, 3) [m/s, m/s, rad/s]
    :param clock: which stamps the seconds are from: 'header', 'receive' or 'none'
    """

    seconds: NDArray[np.float64]
    actions: NDArray[np.float32]
    command_seconds: NDArray[np.float64]
    commands: NDArray[np.float32]
    gaps: tuple[Gap, ...]
    clock: str

    @property
    def duration(self) -> float:
        """Time from the first frame to the last [s]."""
        return float(self.seconds[-1]) if len(self.seconds) else 0.0


def episode_curves(episode: Episode) -> Curves:
    """Read the curves of an episode; those of an unfinished one as far as it goes."""
    stamps, clock = _usable_stamps(episode)
    commands = episode.commands
    actions = episode.actions
    if len(actions) != len(stamps):
        actions, _ = align_actions(
            episode.stamps(), commands['stamp'], commands['twist'], commands['action_type']
        )
    start = stamps[0] if len(stamps) else 0.0
    given = commands['receive_stamp' if clock == 'receive' else 'stamp']
    seconds = stamps - start
    known = np.isfinite(given) & (clock != 'none')
    return Curves(
        seconds, actions, given[known] - start, commands['twist'][known], find_gaps(seconds), clock
    )


def camera_seconds(episode: Episode, curves: Curves, camera: str | None) -> NDArray[np.float64]:
    """Return the times of a camera's frames on the axis of the curves, shape (T,) [s]."""
    if camera in (None, episode.primary_camera):
        return curves.seconds
    read = episode.receive_stamps if curves.clock == 'receive' else episode.stamps
    if curves.clock == 'none' or not len(curves.seconds):
        return np.linspace(0.0, curves.duration, episode.frames(camera))
    return read(camera) - read()[0]


def find_gaps(seconds: NDArray[np.float64]) -> tuple[Gap, ...]:
    """Return where frames, shape (T,) [s], are missing."""
    steps = np.diff(seconds)
    if len(steps) < 2:
        return ()
    late = np.flatnonzero(steps > GAP * np.median(steps))
    return tuple(Gap(int(t), float(seconds[t]), float(seconds[t + 1])) for t in late)


def _usable_stamps(episode: Episode) -> tuple[NDArray[np.float64], str]:
    for clock, stamps in (('header', episode.stamps()), ('receive', episode.receive_stamps())):
        if np.isfinite(stamps).all() and (np.diff(stamps) >= 0).all() and np.ptp(stamps) > 0:
            return stamps, clock
    return np.arange(len(episode)) * ASSUMED_PERIOD, 'none'
