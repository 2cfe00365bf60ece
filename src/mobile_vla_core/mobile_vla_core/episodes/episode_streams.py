# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""The streams of one episode on their way into its file."""

from __future__ import annotations

from collections.abc import Sequence

import h5py
import numpy as np
from numpy.typing import ArrayLike

from ..errors import EpisodeError
from . import schema
from .alignment import align_actions
from .camera_rows import CameraRows
from .camera_stream import CameraStream
from .growing import GrowingTable


class EpisodeStreams:
    """
    All datasets of an episode, created at once: SWMR allows no new ones later.

    :param cameras: the first is the primary camera, to which actions are aligned
    :param joints: names of the joints whose states will come, in order
    """

    def __init__(
        self, file: h5py.File, cameras: Sequence[CameraStream], joints: Sequence[str]
    ) -> None:
        self.primary = cameras[0].name
        self.cameras = {camera.name: CameraRows(file, camera) for camera in cameras}
        self.longest_chunk = max(rows.chunk_bytes for rows in self.cameras.values())
        self.tables = {
            group: GrowingTable(file.create_group(group), columns)
            for group, columns in schema.STREAM_COLUMNS.items()
        }
        self._joints = len(joints)
        if joints:
            group = file.create_group(schema.JOINT_STATES)
            group.attrs[schema.JOINT_NAMES] = schema.text_list_attribute(joints)
            columns = schema.joint_columns(len(joints))
            self.tables[schema.JOINT_STATES] = GrowingTable(group, columns)
        self._action = GrowingTable(file, schema.ACTION_COLUMNS)

    @property
    def frames(self) -> dict[str, int]:
        """Acknowledged frames of each camera."""
        return {name: rows.count for name, rows in self.cameras.items()}

    def joint_values(self, given: ArrayLike) -> np.ndarray:
        """Return values of the J joints, shape (J,), NaN when none are given."""
        if not self._joints:
            raise EpisodeError('the episode was opened without joints: give their names then')
        values = np.asarray(given, dtype=np.float64)
        if values.size == 0:
            return np.full(self._joints, np.nan)
        if values.shape != (self._joints,):
            raise EpisodeError(f'expected {self._joints} joint values, found {values.shape}')
        return values

    def write_actions(self) -> None:
        """Align the commands to the primary camera's frames and write the table."""
        commands = self.tables[schema.COMMANDS]
        actions = align_actions(
            self.cameras[self.primary].rows.read('header_stamp'),
            commands.read('stamp'),
            commands.read('twist'),
            commands.read('action_type'),
        )
        self._action.extend(*actions)
