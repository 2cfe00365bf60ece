# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""The columns of a LeRobot data set, as it describes them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...action_space import ACTION_DIM, ACTION_NAMES
from ...episodes import Episode
from ...errors import SchemaMismatchError
from ...images import jpeg_size

STATE_NAMES = ('linear_x', 'linear_y', 'angular_z')
ACTION, STATE = 'action', 'observation.state'
TIME = 'capture_time'
"""
When a frame was taken, from the first of its episode [s]. LeRobot makes float32 of it, which is
too coarse for stamps; that of the first frame is `start_stamp` of the episode.
"""
_INDEX = {
    'timestamp': 'float32',
    'frame_index': 'int64',
    'episode_index': 'int64',
    'index': 'int64',
    'task_index': 'int64',
}


def key_of(camera: str) -> str:
    """Return the name of a camera's column."""
    return f'observation.images.{camera}'


def features_of(episode: Episode, *, with_state: bool) -> dict[str, dict[str, Any]]:
    """Return LeRobot's description of the columns."""

    def vector(dtype: str, names: Sequence[str] | None, width: int = 1) -> dict[str, Any]:
        return {'dtype': dtype, 'shape': [width], 'names': names and list(names)}

    features: dict[str, dict[str, Any]] = {}
    for camera in episode.cameras:
        height, width = jpeg_size(episode.jpeg(0, camera))
        names = ['height', 'width', 'channels']
        shape = [height, width, 3]
        features[key_of(camera)] = {'dtype': 'image', 'shape': shape, 'names': names}
    if with_state:
        features[STATE] = vector('float32', STATE_NAMES, len(STATE_NAMES))
    features[ACTION] = vector('float32', ACTION_NAMES, ACTION_DIM)
    features[TIME] = vector('float64', None)
    return features | {name: vector(dtype, None) for name, dtype in _INDEX.items()}


def describe(features: Mapping[str, Mapping[str, Any]]) -> str:
    """Return the columns that episodes may differ in, in a few words."""
    named = {k: f['shape'] for k, f in features.items() if k not in (*_INDEX, ACTION, TIME)}
    return ', '.join(f'{name} {shape}' for name, shape in named.items())


def check_pictures(
    episode: Episode,
    cameras: Mapping[str, NDArray[np.int64]],
    features: Mapping[str, Mapping[str, Any]],
) -> None:
    """
    Refuse an episode with a picture of another size.

    :param cameras: camera -> the frames that are taken
    :raises SchemaMismatchError: naming the frame
    """
    for camera, frames in cameras.items():
        expected = tuple(features[key_of(camera)]['shape'][:2])
        for frame in np.unique(frames):
            size = jpeg_size(episode.jpeg(int(frame), camera))
            if size != expected:
                raise SchemaMismatchError(
                    f'{episode.path.name}: schema mismatch: found a picture of {size} in frame '
                    f'{frame} of {camera}, expected {expected}'
                )
