# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""Which frames an edit keeps."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ...action_space import ACTION_TYPE, ActionType
from ...episodes import Episode
from ...errors import EpisodeError
from ...motion import is_moving
from ..checks.examination import examine
from ..checks.finding import frame_ranges

ARTIFICIAL = ('action.artificial_start', 'action.artificial_end')

Range = tuple[int, int]
"""First and last frame."""


def frame_range(text: str, total: int) -> Range:
    """
    Return the frames that `FIRST:LAST` names; either may be left out, or count from the end.

    :raises EpisodeError: if there are no such frames
    """
    first, last = _two(text, int)
    first = 0 if first is None else first
    last = total - 1 if last is None else last
    first, last = (t + total if t < 0 else t for t in (first, last))
    if 0 <= last < first < total:
        raise EpisodeError(f'frames {text}: the first comes after the last')
    if not 0 <= first <= last < total:
        raise EpisodeError(f'frames {text}: there are frames 0 to {total - 1}')
    return first, last


def time_range(text: str, stamps: NDArray[np.float64]) -> Range:
    """
    Return the frames taken from START to END, seconds after the first frame; END is left out.

    :raises EpisodeError: if there is none
    """
    start, end = _two(text, float)
    if end is not None and end <= (start or 0.0):
        raise EpisodeError(f'seconds {text}: the end, which is left out, is not after the start')
    seconds = stamps - stamps[0]
    kept = (seconds >= (start or 0.0)) & (seconds < (np.inf if end is None else end))
    frames = np.flatnonzero(kept)
    if not len(frames):
        raise EpisodeError(
            f'seconds {text}: none was taken then, the frames are from 0 to {seconds[-1]:.1f} s'
        )
    return int(frames[0]), int(frames[-1])


def moving_ranges(episode: Episode, longer_than: float) -> list[Range]:
    """Return the frames without each time of standing still that is longer than so long [s]."""
    idle = ~is_moving(episode.actions)
    stamps = episode.stamps()
    for first, last in frame_ranges(idle):
        following = min(last + 1, len(stamps) - 1)
        if stamps[following] - stamps[first] <= longer_than:
            idle[first : last + 1] = False
    return frame_ranges(~idle)


def driven_ranges(episode: Episode, every_stop: bool) -> list[Range]:
    """
    Return the frames without STOPs that nobody drove.

    :param every_stop: whether all STOPs before the first motion and after the last go, not only
        those that `episodes check` finds artificial
    """
    kept = np.ones(len(episode), dtype=bool)
    if every_stop:
        driven = np.flatnonzero(episode.actions[:, ACTION_TYPE] != ActionType.STOP)
        kept[:] = False
        if len(driven):
            kept[driven[0] : driven[-1] + 1] = True
        return frame_ranges(kept)
    for finding in examine(episode.path).findings:
        if finding.code in ARTIFICIAL and finding.frames is not None:
            kept[finding.frames[0] : finding.frames[1] + 1] = False
    return frame_ranges(kept)


def split_ranges(at: list[int], every: int | None, total: int) -> list[Range]:
    """
    Return the pieces that begin at frame 0 and at each frame given.

    :param every: frames of a piece, instead of frames given
    :raises EpisodeError: if no such pieces can be
    """
    if every is not None and every < 1:
        raise EpisodeError(f'--every {every}: a piece has one frame at least')
    begins = sorted({0, *(range(0, total, every) if every else at)})
    if every and len(begins) < 2:
        raise EpisodeError(f'--every {every}: its {total} frames are one piece')
    if begins[0] < 0 or begins[-1] >= total or len(begins) < 2:
        raise EpisodeError(f'cannot split there: choose among frames 1 to {total - 1}')
    return [(a, b - 1) for a, b in zip(begins, [*begins[1:], total], strict=True)]


def _two(text: str, kind: type) -> tuple:
    start, colon, end = text.partition(':')
    try:
        if not colon:
            raise ValueError(text)
        return (kind(start) if start else None), (kind(end) if end else None)
    except ValueError as error:
        raise EpisodeError(f'"{text}" is not FROM:TO, as in 10:49 or 2.5:') from error
