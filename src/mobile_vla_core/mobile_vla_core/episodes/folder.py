# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""A folder of episodes."""

from __future__ import annotations

from pathlib import Path

from ..errors import EpisodeError
from . import schema


def find_episodes(folder: Path) -> list[Path]:
    """
    Return the episode files in a folder, sorted by name and so by time; ~ is the user's home.

    :raises EpisodeError: if the folder is absent or holds no finished episode
    """
    folder = Path(folder).expanduser()
    if not folder.is_dir():
        raise EpisodeError(f'{folder} is not a folder: give the folder that the recorder wrote to')
    episodes = sorted(folder.glob(f'*{schema.SUFFIX}'))
    if episodes:
        return episodes
    unfinished = len(list(folder.glob(f'*{schema.PART_SUFFIX}')))
    hint = f', only {unfinished} unfinished ({schema.PART_SUFFIX})' if unfinished else ''
    raise EpisodeError(
        f'{folder} holds no episode (*{schema.SUFFIX}){hint}: record one with the recorder first'
    )
