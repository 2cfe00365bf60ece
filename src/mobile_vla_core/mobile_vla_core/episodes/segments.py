# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""Runs of successive frames, of one episode or several, written as one new episode."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ..action_space import ActionType
from ..errors import EpisodeError
from . import schema
from .reader import Episode
from .recovery_copy import writer_like
from .writer import EpisodeWriter

Rows = dict[str, NDArray]


@dataclass(frozen=True)
class Segment:
    """Frames `first` to `last` of the primary camera of an episode."""

    episode: Episode
    first: int
    last: int

    @property
    def start(self) -> float:
        """Capture of the first frame [s]."""
        return float(self.episode.stamps()[self.first])

    @property
    def end(self) -> float:
        """Capture of the frame after the last, infinite when there is none [s]."""
        following = self.last + 1
        stamps = self.episode.stamps()
        return float(stamps[following]) if following < len(stamps) else float('inf')


def write_segments(
    segments: Sequence[Segment], folder: Path, name: str, stamp: float, text: str
) -> Path:
    """
    Write `<name>.h5`: the frames with all that belongs to their time, and an event that tells so.

    Other cameras and streams are cut to the time from the capture of a segment's first frame to
    that of the frame after its last. The actions are those that the frames had: where the command
    in force at a segment's first frame lies outside, it is written with the stamp of that frame.

    :param stamp: time of the edit [s]
    :param text: what was done
    :raises EpisodeError: if the file exists, the segments do not fit together, or the actions
        would not be the same
    """
    _refuse_unlike(segments)
    target = folder / f'{name}{schema.SUFFIX}'
    if target.exists():
        raise EpisodeError(f'{target} exists already: move it, or choose another --output')
    last = segments[-1].episode
    writer = writer_like(segments[0].episode, folder, name)
    try:
        for segment, limit in _with_limits(segments):
            _write_frames(writer, segment, limit)
            for stream in segment.episode.streams:
                if stream not in (schema.EVENTS, schema.COMMANDS):
                    rows = segment.episode.stream(stream)
                    writer.extend(stream, _chosen(rows, _within(rows['stamp'], segment, limit)))
        for number, (segment, limit) in enumerate(_with_limits(segments)):
            writer.extend(schema.COMMANDS, _commands(segment, limit, number == 0))
        for event in _events(segments):
            writer.add_event(*event)
        writer.add_event(stamp, schema.EDIT_EVENT, text)
        path = writer.close(*last.ending, stamp)
    except BaseException:
        if writer.path.exists() and writer.path.name.endswith(schema.PART_SUFFIX):
            writer.discard()
        raise
    wanted = np.concatenate([s.episode.actions[s.first : s.last + 1] for s in segments])
    with Episode(path) as episode:
        same = np.array_equal(episode.actions, wanted, equal_nan=True)
    if not same:
        path.unlink()
        raise EpisodeError(
            f'{last.path.name} cannot be edited: its actions do not follow from its commands; '
            f'mend it first with `episodes repair`'
        )
    return path


def _refuse_unlike(segments: Sequence[Segment]) -> None:
    first = segments[0]
    for before, segment in pairwise(segments):
        name = segment.episode.path.name
        if segment.episode.cameras != first.episode.cameras:
            raise EpisodeError(
                f'{name} has cameras {segment.episode.cameras}, '
                f'{first.episode.path.name} has {first.episode.cameras}: they cannot be merged'
            )
        if segment.episode.joint_names != first.episode.joint_names:
            raise EpisodeError(f'{name} has other joints: it cannot be merged')
        if segment.start <= before.episode.stamps()[before.last]:
            raise EpisodeError(
                f'{name} begins before {before.episode.path.name} ends: '
                f'give the files in order of time'
            )


def _with_limits(segments: Sequence[Segment]) -> Iterator[tuple[Segment, float]]:
    """Yield each segment and the time before which what belongs to it is stamped [s]."""
    for segment, following in zip(segments, [*segments[1:], None], strict=True):
        limit = segment.end if following is None else min(segment.end, following.start)
        yield segment, limit


def _write_frames(writer: EpisodeWriter, segment: Segment, limit: float) -> None:
    episode = segment.episode
    for camera in episode.cameras:
        taken, received = episode.stamps(camera), episode.receive_stamps(camera)
        seen = np.arange(segment.first, segment.last + 1)
        if camera != episode.primary_camera:
            seen = np.flatnonzero(_within(taken, segment, limit))
        for t in map(int, seen):
            writer.add_frame(camera, episode.jpeg(t, camera), taken[t], received[t])


def _commands(segment: Segment, limit: float, is_first: bool) -> Rows:
    """Return the commands of a segment, with the one in force at its first frame."""
    rows = segment.episode.commands
    stamps = segment.episode.stamps()
    kept = _within(rows['stamp'], segment, limit)
    chosen = _chosen(rows, kept)
    second = stamps[segment.first + 1] if segment.first < segment.last else limit
    if (chosen['stamp'] < second).any():  # one answers the first frame itself
        return chosen
    earlier = np.flatnonzero(rows['stamp'] < segment.start)
    if len(earlier):
        newest = earlier[np.argsort(rows['stamp'][earlier], kind='stable')[-1:]]
        force = _chosen(rows, newest)
    elif is_first:  # nothing was commanded yet: STOP, by the rule
        return chosen
    else:
        force = {
            'receive_stamp': np.array([segment.start]),
            'twist': np.zeros((1, 3), np.float32),
            'action_type': np.array([ActionType.STOP], np.int8),
            'stamp': np.array([segment.start]),
        }
    if not is_first:
        force['stamp'] = np.array([segment.start])
    return {name: np.concatenate([force[name], values]) for name, values in chosen.items()}


def _events(segments: Sequence[Segment]) -> list[tuple[float, str, str]]:
    """Return the events of each episode once, without outcomes: the writer adds the last one."""
    episodes = {id(segment.episode): segment.episode for segment in segments}.values()
    found = [event for episode in episodes for event in episode.events]
    return [event for event in found if event[1] != schema.OUTCOME_EVENT]


def _chosen(rows: Rows, kept: NDArray) -> Rows:
    return {name: values[kept] for name, values in rows.items()}


def _within(stamps: NDArray[np.float64], segment: Segment, limit: float) -> NDArray[np.bool_]:
    return (stamps >= segment.start) & (stamps < limit)
