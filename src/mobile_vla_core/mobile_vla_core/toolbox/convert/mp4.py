# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""Write an episode's pictures as MP4 video, each shown when it was taken."""

from __future__ import annotations

from pathlib import Path

from ...episodes import Episode
from ...errors import EpisodeError
from ..video import Mp4Writer


def write_mp4(episode: Episode, draft: Path, *, camera: str | None = None) -> tuple[int, int]:
    """
    Write the frames of one camera.

    :return: the number of frames, and of those whose stamp was not after the one before
    """
    stamps = episode.stamps(camera)
    if len(stamps) == 0:
        raise EpisodeError(f'{episode.path.name} has no frame')
    with Mp4Writer(draft) as video:
        for frame, stamp in enumerate(stamps):
            video.add(episode.image(frame, camera), float(stamp))
    return len(stamps), video.moved
