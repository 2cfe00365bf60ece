# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""The attributes of an episode's file: what it says of the whole episode."""

from __future__ import annotations

from collections.abc import Sequence

from ..action_space import ACTION_NAMES, ACTION_UNITS
from ..errors import EpisodeError, InstructionError
from . import schema
from .camera_stream import CameraStream

Metadata = str | float | int | bool


def file_attributes(
    cameras: Sequence[CameraStream], *, instruction: str, **values: Metadata
) -> dict[str, Metadata]:
    """
    Return the attributes of a new file: the values given, and what is the same in every episode.

    :raises InstructionError: if the instruction is empty
    :raises EpisodeError: if the cameras' names are not distinct identifiers
    """
    if not instruction:
        raise InstructionError(
            'an episode needs an instruction: say what the robot is asked to do'
        )
    names = [camera.name for camera in cameras]
    if not names or len(set(names)) != len(names) or not all(n.isidentifier() for n in names):
        raise EpisodeError(
            f'expected distinct camera names of letters, digits and _, found {names}'
        )
    return {
        'schema': schema.SCHEMA,
        'schema_version': schema.SCHEMA_VERSION,
        'instruction': instruction,
        'primary_camera': names[0],
        'action_names': ','.join(ACTION_NAMES),
        'action_units': ','.join(ACTION_UNITS),
        'alignment': schema.ALIGNMENT_RULE,
        'color_order': 'rgb',
        **values,
    }
