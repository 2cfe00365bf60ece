# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""Episode files: written crash-safely, read at random. Start with schema.py."""

from .alignment import align_actions
from .camera_stream import CameraStream
from .folder import find_episodes
from .reader import Episode
from .recovery import find_unfinished, recover, recover_folder
from .recovery_report import RecoveryReport
from .writer import EpisodeWriter

__all__ = [
    'CameraStream',
    'Episode',
    'EpisodeWriter',
    'RecoveryReport',
    'align_actions',
    'find_episodes',
    'find_unfinished',
    'recover',
    'recover_folder',
]
