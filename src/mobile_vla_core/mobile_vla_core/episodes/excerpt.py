# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""Some successive frames of an episode, with all that belongs to them, as a new episode."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ..errors import EpisodeError
from . import schema
from .reader import Episode
from .recovery_copy import writer_like


def write_excerpt(path: Path, folder: Path, first: int, last: int, stamp: float) -> Path:
    """
    Write frames `first` to `last` of the primary camera to a file of the same name in a folder.

    Other cameras and streams are cut to the same time, from the capture of the first frame to
    that of the frame after the last. An event tells what was cut. The actions are the same.

    :param stamp: time of the cut [s]
    :raises EpisodeError: if there are no such frames, or the actions would not be the same
    """
    path = Path(path)
    with Episode(path) as source:
        total = len(source)
        if not (isinstance(first, int) and isinstance(last, int) and 0 <= first <= last < total):
            raise EpisodeError(
                f'{path.name} has frames 0 to {total - 1}: it cannot be cut to {first} to {last}'
            )
        wanted = source.actions[first : last + 1]
        writer = writer_like(source, folder, path.name.removesuffix(schema.SUFFIX))
        try:
            stamps = source.stamps()
            start, end = stamps[first], stamps[last + 1] if last + 1 < total else np.inf
            for camera in source.cameras:
                seen = range(first, last + 1)
                if camera != source.primary_camera:
                    seen = np.flatnonzero(_within(source.stamps(camera), start, end))
                taken, received = source.stamps(camera), source.receive_stamps(camera)
                for t in map(int, seen):
                    writer.add_frame(camera, source.jpeg(t, camera), taken[t], received[t])
            for stream in source.streams:
                rows = source.stream(stream)
                writer.extend(
                    stream, {k: v[_kept(stream, rows, start, end)] for k, v in rows.items()}
                )
            text = f'cut to frames {first} to {last} of {total}'
            writer.add_event(stamp, schema.EDIT_EVENT, text)
            copy = writer.close(*source.ending, stamp)
        except BaseException:
            if writer.path.exists() and writer.path.name.endswith(schema.PART_SUFFIX):
                writer.discard()
            raise
    with Episode(copy) as episode:
        same = np.array_equal(episode.actions, wanted, equal_nan=True)
    if not same:
        copy.unlink()
        raise EpisodeError(
            f'{path.name} cannot be cut: its actions do not follow from its commands; '
            f'see `episodes check`'
        )
    return copy


def _kept(stream: str, rows: dict[str, NDArray], start: float, end: float) -> NDArray[np.bool_]:
    """Return which rows of a stream stay."""
    if stream == schema.EVENTS:  # the writer adds the outcome
        return np.array(
            [schema.decode_text(k) != schema.OUTCOME_EVENT for k in rows['kind']], bool
        )
    kept = _within(rows['stamp'], start, end)
    if stream == schema.COMMANDS:
        before = np.where(rows['stamp'] < start, rows['stamp'], -np.inf)
        if len(before) and np.isfinite(before).any():  # the command in force at the start
            kept[len(before) - 1 - int(np.argmax(before[::-1]))] = True
    return kept


def _within(stamps: NDArray[np.float64], start: float, end: float) -> NDArray[np.bool_]:
    return (stamps >= start) & (stamps < end)
