# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""One new episode of several."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path

from ...episodes import Episode, schema
from ...episodes.segments import Segment, write_segments
from ...errors import EpisodeError
from ..new_output import new_folder

LONGEST_NAME = 200
"""Of an episode, so that file systems take it with any suffix [bytes]."""


def merge(paths: Sequence[Path], folder: Path, name: str, now: float) -> tuple[Path, str]:
    """
    Write `<folder>/<name>.h5` from whole episodes, in order of time; return it and what was done.

    :param now: the time [s since the epoch]
    :raises EpisodeError: if the name is none, or the episodes do not go together
    """
    name = episode_name(name)
    if len(paths) < 2:
        raise EpisodeError('to merge takes two episodes at least')
    with ExitStack() as stack:
        episodes = [stack.enter_context(Episode(path)) for path in paths]
        instructions = {episode.instruction for episode in episodes}
        if len(instructions) > 1:
            raise EpisodeError(
                f'the instructions differ ({"; ".join(sorted(instructions))}): give them one '
                f'with `episodes edit set` first'
            )
        segments = [Segment(episode, 0, len(episode) - 1) for episode in episodes]
        segments.sort(key=lambda segment: segment.start)
        text = 'merged: ' + ', '.join(segment.episode.path.name for segment in segments)
        with new_folder(folder):
            return write_segments(segments, folder, name, now, text), text


def episode_name(text: str) -> str:
    """
    Return the name of an episode, which its file has too, without the suffix that may be given.

    :raises EpisodeError: if no file can have it, or none that a folder shows
    """
    name = text.removesuffix(schema.SUFFIX)
    wrong = not name.isprintable() or '/' in name or name.startswith('.') or name != name.strip()
    if not name or wrong or len(name.encode(errors='replace')) > LONGEST_NAME:
        raise EpisodeError(
            f'--name {text[:40]!r} cannot be the name of an episode: expected at most '
            f'{LONGEST_NAME} bytes of letters, digits and signs, no /, no dot in front'
        )
    return name
