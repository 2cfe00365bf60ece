# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""The JPEG quality that serving must give a raw camera so that it looks as it was recorded."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from mobile_vla_core.episodes.reader import Episode
from mobile_vla_core.errors import ConfigError
from mobile_vla_core.images import JPEG_QUALITY

AS_IT_CAME = 0
"""What an episode says of pictures that were JPEG already on their topic."""


def recorded_quality(paths: Sequence[Path], camera: str = '') -> int:
    """
    Return the quality with which the recorder encoded a camera.

    :param camera: '' takes each episode's primary camera
    :return: JPEG_QUALITY when every picture came as JPEG, whatever made it
    :raises ConfigError: if episodes differ, because one policy cannot be served as both
    """
    found: dict[int, str] = {}
    for path in paths:
        with Episode(path) as episode:
            quality = int(episode.camera_attributes(camera or None).get('jpeg_quality', 0))
        found.setdefault(quality, path.name)
    found.pop(AS_IT_CAME, None)
    if len(found) > 1:
        (one, first), (other, second), *_ = sorted(found.items())
        raise ConfigError(
            f'the episodes were recorded with different JPEG qualities ({one} in {first}, '
            f'{other} in {second}): choose the one to serve with by data.jpeg_quality'
        )
    return next(iter(found), JPEG_QUALITY)
