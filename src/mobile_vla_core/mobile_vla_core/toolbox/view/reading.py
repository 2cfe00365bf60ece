# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""What the page asks of an episode; called in the process that reads."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from ...action_space import ACTION_NAMES, ACTION_UNITS
from ...episodes import Episode, schema
from ...images import decode_jpeg, encode_jpeg, use_one_thread
from .action_colours import type_name
from .curves import camera_seconds, episode_curves

THUMBNAIL_WIDTH = 192
"""[pixels]"""
THUMBNAIL_QUALITY = 80
MOST_OPEN = 8
"""Episodes kept open: two are shown, and the next ones are prepared."""
DECIMALS = 4


def summary(path: Path) -> dict[str, Any]:
    """Return the line of the list: labels, frames, seconds, cameras."""
    with Episode(path) as episode:
        stamps = episode.stamps()
        return {
            'instruction': episode.instruction,
            'scenario': episode.scenario,
            'outcome': episode.outcome,
            'reason': episode.ending[1],
            'frames': len(episode),
            'seconds': _number(stamps[-1] - stamps[0]) if len(stamps) else 0.0,
            'cameras': episode.cameras,
            'created': schema.decode_text(episode.attributes.get('created', '')),
        }


def details(path: Path, version: str) -> dict[str, Any]:
    """Return the curves, gaps and events of an episode, times in seconds from its start."""
    episode = _open(path, version)
    curves = episode_curves(episode)
    start = (episode.stamps() if curves.clock == 'header' else episode.receive_stamps())[:1]
    return {
        'seconds': _numbers(curves.seconds),
        'actions': [_numbers(column) for column in curves.actions.T],
        'names': ACTION_NAMES,
        'units': ACTION_UNITS,
        'types': sorted({type_name(value) for value in curves.actions[:, -1]}),
        'gaps': [[gap.frame, _number(gap.start), _number(gap.end)] for gap in curves.gaps],
        'clock': curves.clock,
        'cameras': {
            name: _numbers(camera_seconds(episode, curves, name)) for name in episode.cameras
        },
        'events': [
            [_number(stamp - start[0]) if len(start) else None, kind, text]
            for stamp, kind, text in episode.events
        ],
    }


def frame(path: Path, version: str, t: int, camera: str | None) -> bytes:
    """Return a frame as it was stored."""
    return _open(path, version).jpeg(t, camera)


def thumbnail(path: Path, version: str) -> bytes:
    """Return the frame after a third of the episode as a small JPEG."""
    episode = _open(path, version)
    rgb = decode_jpeg(episode.jpeg(len(episode) // 3))
    height = max(1, round(rgb.shape[0] * THUMBNAIL_WIDTH / rgb.shape[1]))
    small = cv2.resize(rgb, (THUMBNAIL_WIDTH, height), interpolation=cv2.INTER_AREA)
    return encode_jpeg(small, THUMBNAIL_QUALITY)


@lru_cache(maxsize=MOST_OPEN)
def _open(path: Path, version: str) -> Episode:
    """Keep an episode open; another version of the file is another episode."""
    use_one_thread()
    return Episode(path)


def _numbers(values: np.ndarray) -> list[float | None]:
    return [_number(value) for value in values]


def _number(value: float) -> float | None:
    """Return what JSON can say; NaN and infinity are null."""
    return round(float(value), DECIMALS) if np.isfinite(value) else None
