# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""Some successive frames of an episode, with all that belongs to them, as a new episode."""

from __future__ import annotations

from pathlib import Path

from ..errors import EpisodeError
from . import schema
from .reader import Episode
from .segments import Segment, write_segments


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
        segment = Segment(source, first, last)
        name = path.name.removesuffix(schema.SUFFIX)
        text = f'cut to frames {first} to {last} of {total}'
        return write_segments([segment], folder, name, stamp, text)
