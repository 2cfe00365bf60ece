# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""Write layout G, which adapters of the RoboVLMs kind read."""

from __future__ import annotations

from pathlib import Path
import re

import h5py
import numpy as np

from ...action_space import ACTION_NAMES
from ...episodes import Episode, schema
from ...errors import EpisodeError
from ..new_output import OutputError
from .legacy import STAMPS
from .legacy_labels import SCENARIO

DISTANCE = re.compile(r'_(\d+)cm')


def file_name(stem: str, scenario: str) -> str:
    """Return a name that holds the scenario, where some readers look for it."""
    named = SCENARIO.search(stem) or not scenario
    return f'{stem}.h5' if named else f'{stem}_{scenario}.h5'


def write_g(episode: Episode, draft: Path, *, camera: str | None = None) -> int:
    """
    Write an episode's frames of one camera, decoded, with its aligned actions.

    The pictures are not compressed: what JPEG left of them, gzip would make hardly smaller.
    Actions belong to the frames of the primary camera; of another camera the frame at or before
    each of these is taken.

    :return: the number of frames
    """
    frames = aligned_frames(episode, camera)
    first = episode.image(int(frames[0]), camera)
    actions = episode.actions
    try:
        with h5py.File(draft, 'w') as file:
            images = file.create_dataset(
                'observations/images',
                shape=(len(frames), *first.shape),
                dtype=np.uint8,
                chunks=(1, *first.shape),
            )
            for row, frame in enumerate(frames):
                picture = episode.image(int(frame), camera)
                if picture.shape != first.shape:
                    raise EpisodeError(
                        f'layout G holds pictures of one size: expected {first.shape}, found '
                        f'{picture.shape} in frame {frame}'
                    )
                images[row] = picture
            file['action'] = actions
            file[STAMPS] = episode.stamps()
            file['language_instruction'] = np.array([episode.instruction.encode()])
            _describe(file, episode)
    except (OSError, RuntimeError) as error:
        raise OutputError(f'layout G cannot be written: {error}') from error
    return len(frames)


def aligned_frames(episode: Episode, camera: str | None) -> np.ndarray:
    """
    Return the frame of a camera for each frame of the primary one, shape (T,).

    :raises EpisodeError: if the episode has no frame, or no action for each
    """
    count = len(episode)
    if count == 0 or len(episode.actions) != count:
        raise EpisodeError(
            f'{episode.path.name} has {count} frames and {len(episode.actions)} actions: '
            f'an unfinished recording becomes an episode by `episodes repair`'
        )
    if camera in (None, episode.primary_camera):
        return np.arange(count)
    stamps = episode.stamps(camera)
    if len(stamps) == 0:
        raise EpisodeError(f'{episode.path.name}: camera {camera} has no frame')
    return np.maximum(np.searchsorted(stamps, episode.stamps(), side='right') - 1, 0)


def _describe(file: h5py.File, episode: Episode) -> None:
    metadata = file.create_group('episode_metadata')
    distance = DISTANCE.search(episode.path.stem)
    values = {
        'scenario': episode.scenario,
        'distance': distance.group(1) if distance else '',
        'outcome': episode.outcome,
        'instruction': episode.instruction,
        'color_order': 'rgb',
        'action_names': ','.join(ACTION_NAMES),
    }
    schema.set_attributes(metadata, values)
