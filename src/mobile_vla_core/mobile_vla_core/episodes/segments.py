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
    that of the frame after its last. The commands are kept as they were sent, with the one before
    a cut, and the actions are those that the frames had: where the command in force at the first
    frame of a later segment would answer the frame before too, it gets that first frame's stamp.

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
        writer.extend(schema.COMMANDS, _commands(segments))
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
            if segment.episode is before.episode:
                raise EpisodeError(f'{name}: its stamps go back before frame {segment.first}')
            raise EpisodeError(
                f'{name} begins before {before.episode.path.name} ends: they overlap in time, '
                f'and cannot be merged; `episodes edit trim` cuts one of them'
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


def _commands(segments: Sequence[Segment]) -> Rows:
    """
    Return the commands of all segments as they were sent, each once.

    Those before the first frame of an episode are its own; of one that is cut there, the last.
    """
    first = segments[0].episode.commands
    written = _chosen(first, np.zeros(0, np.intp))
    for number, (segment, limit) in enumerate(_with_limits(segments)):
        rows = segment.episode.commands
        own = _chosen(rows, _within(rows['stamp'], segment, limit))
        order = np.argsort(rows['stamp'], kind='stable')
        before = order[rows['stamp'][order] < segment.start]
        earlier = _chosen(rows, before if segment.first == 0 else before[-1:])
        if number:
            earlier = _following(written, segments[number - 1], earlier)
            second = segment.episode.stamps()[segment.first + 1 : segment.last + 1]
            if not (own['stamp'] < min([*second, limit])).any():  # none answers the first frame
                force = _chosen(rows, before[-1:])
                earlier = _forced(_joined(written, earlier), earlier, force, segment.start)
        written = _joined(written, earlier, own)
    return written


def _following(written: Rows, segment: Segment, earlier: Rows) -> Rows:
    """Return those of some commands that are not written yet, if no frame's action changes."""
    known = set(_keys(written))
    new = _chosen(earlier, np.array([key not in known for key in _keys(earlier)], dtype=bool))
    last = segment.episode.stamps()[segment.last]
    begin = new['stamp'].min(initial=np.inf)
    answered = ((written['stamp'] >= last) & (written['stamp'] <= begin)).any()
    return new if begin >= last and answered else _chosen(new, np.zeros(0, np.intp))


def _forced(written: Rows, earlier: Rows, force: Rows, start: float) -> Rows:
    """Return `earlier`, with `force` at the first frame where another command would hold it."""
    newest = _chosen(written, np.argsort(written['stamp'], kind='stable')[-1:])
    if not len(force['stamp']):  # nothing was commanded yet: STOP, by the rule
        if not len(newest['stamp']):
            return earlier
        force = newest | {
            'twist': np.zeros_like(newest['twist']),
            'action_type': np.full_like(newest['action_type'], ActionType.STOP),
        }
    same = all(
        np.array_equal(newest[name], force[name], equal_nan=True)
        for name in ('twist', 'action_type')
    )
    stamp = np.array([start])
    return earlier if same else _joined(earlier, force | {'receive_stamp': stamp, 'stamp': stamp})


def _keys(rows: Rows) -> list[tuple[bytes, ...]]:
    return [tuple(value.tobytes() for value in row) for row in zip(*rows.values(), strict=True)]


def _joined(*parts: Rows) -> Rows:
    return {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}


def _events(segments: Sequence[Segment]) -> list[tuple[float, str, str]]:
    """Return the events of each episode once, without outcomes: the writer adds the last one."""
    episodes = {id(segment.episode): segment.episode for segment in segments}.values()
    found = [event for episode in episodes for event in episode.events]
    return [event for event in found if event[1] != schema.OUTCOME_EVENT]


def _chosen(rows: Rows, kept: NDArray) -> Rows:
    return {name: values[kept] for name, values in rows.items()}


def _within(stamps: NDArray[np.float64], segment: Segment, limit: float) -> NDArray[np.bool_]:
    return (stamps >= segment.start) & (stamps < limit)
