# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""The streams beside the pictures of a damaged episode: the rows that are whole and finite."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...action_space import ACTION_TYPE, ActionType, VELOCITY_DIM
from ...episodes import schema
from ...episodes.alignment import align_actions
from .damaged_file import DamagedFile, of_each_row
from .stamps import is_given

Rows = dict[str, NDArray[Any]]


class DamagedStreams:
    """
    What is left of commands, events and measurements; what is not is added to the file's notes.

    :param file: stays open meanwhile
    """

    def __init__(self, file: DamagedFile) -> None:
        self._file = file
        self.without_commands = False
        """Whether no command and no action can be read."""

    @property
    def joints(self) -> list[str]:
        """Names of the joints, none where they cannot be read."""
        group = self._file.group(schema.JOINT_STATES)
        names = self._file.attributes_of(group, schema.JOINT_STATES).get(schema.JOINT_NAMES, [])
        return [schema.decode_text(name) for name in names]

    def commands(self, frame_stamps: NDArray[np.float64]) -> Rows:
        """
        Return the commands, made of the actions where they are not left themselves.

        :param frame_stamps: of the frames of the primary camera that are kept, shape (T,) [s]
        """
        columns = schema.STREAM_COLUMNS[schema.COMMANDS]
        rows = self._rows(schema.COMMANDS, columns)
        actions = self._actions()
        if rows is not None:
            given = rows['action_type']
            known = (given >= schema.ACTION_TYPE_NOT_GIVEN) & (given < len(ActionType))
            rows['action_type'] = np.where(known, given, schema.ACTION_TYPE_NOT_GIVEN)
            self._compare(rows, actions, frame_stamps)
            return rows
        if actions is None:
            self.without_commands = True
            if self._file.root is not None:
                self._file.notes.append('no command can be read: actions are unknown')
            return {column.name: np.zeros(column.shape(0)) for column in columns}
        values, stamps = actions
        good = np.isfinite(values).all(axis=1) & is_given(stamps)
        self._file.mended.append('commands are made of the actions, which hold one for each frame')
        return {
            'receive_stamp': stamps[good],
            'twist': values[good, :VELOCITY_DIM],
            'action_type': values[good, ACTION_TYPE].astype(np.int8),
            'stamp': stamps[good],
        }

    def others(self) -> dict[str, Rows]:
        """Return the other streams but the events."""
        found = {}
        for name, columns in schema.STREAM_COLUMNS.items():
            if name not in (schema.COMMANDS, schema.EVENTS) and name in self._file.names:
                found[name] = self._rows(name, columns)
        joints = self.joints
        if joints:
            found[schema.JOINT_STATES] = self._rows(
                schema.JOINT_STATES, schema.joint_columns(len(joints))
            )
        return {name: rows for name, rows in found.items() if rows is not None}

    def events(self) -> list[tuple[float, str, str]]:
        """Return the events: stamp [s], kind and text."""
        rows = self._rows(schema.EVENTS, schema.STREAM_COLUMNS[schema.EVENTS])
        if rows is None:
            return []
        return [
            (float(stamp), schema.decode_text(kind), schema.decode_text(text))
            for stamp, kind, text in zip(rows['stamp'], rows['kind'], rows['text'], strict=True)
        ]

    def ending(self, events: list[tuple[float, str, str]]) -> tuple[str, str]:
        """Return the outcome that was given last, and the reason."""
        for _, kind, text in reversed(events):
            outcome, _, said = text.partition(': ')
            if kind == schema.OUTCOME_EVENT and outcome in schema.OUTCOMES:
                return outcome, said
        return 'unknown', 'no outcome can be read: the recorder ended before it, or it is damaged'

    def _actions(self) -> tuple[NDArray[np.float32], NDArray[np.float64]] | None:
        actions = self._file.rows(self._file.root, schema.ACTION_COLUMNS[0])
        stamps = self._file.rows(self._file.root, schema.ACTION_COLUMNS[1])
        if actions is None or stamps is None:
            return None
        count = min(len(actions[0]), len(stamps[0]))
        good = actions[1][:count] & stamps[1][:count]
        return actions[0][:count][good], stamps[0][:count][good]

    def _compare(
        self,
        rows: Rows,
        actions: tuple[NDArray[np.float32], NDArray[np.float64]] | None,
        frame_stamps: NDArray[np.float64],
    ) -> None:
        if actions is None:
            return
        aligned, since = align_actions(
            frame_stamps, rows['stamp'], rows['twist'], rows['action_type']
        )
        same = np.array_equal(aligned, actions[0]) and np.array_equal(since, actions[1])
        if not same and len(actions[0]):
            self._file.mended.append('actions are aligned anew with the frames and commands')

    def _rows(self, name: str, columns: tuple[schema.Column, ...]) -> Rows | None:
        group = self._file.group(name)
        found = {column.name: self._file.rows(group, column) for column in columns}
        if name == schema.COMMANDS:
            _fill_commands(found)
        if any(rows is None for rows in found.values()):
            return None
        count = min(len(values) for values, _ in found.values())
        longest = max(len(values) for values, _ in found.values())
        good = np.ones(count, dtype=bool)
        for values, readable in found.values():
            good &= readable[:count]
            if values.dtype.kind == 'f' and name == schema.COMMANDS:
                good &= of_each_row(np.isfinite(values[:count]))
        if name == schema.EVENTS:
            good &= np.isfinite(found['stamp'][0][:count])
            good &= found['kind'][0][:count] != b''
        else:
            good &= is_given(found['stamp'][0][:count])
        lost = longest - int(np.count_nonzero(good))
        if lost:
            self._file.notes.append(f'{name}: {lost} of {longest} rows are lost or not finite')
        return {key: values[:count][good] for key, (values, _) in found.items()}


def _fill_commands(found: dict[str, tuple[NDArray[Any], NDArray[np.bool_]] | None]) -> None:
    """Take one clock for the other where a column is lost, and the type as not given."""
    for name, other in (('stamp', 'receive_stamp'), ('receive_stamp', 'stamp')):
        if _is_lost(found[name]) and not _is_lost(found[other]):
            found[name] = found[other]
    if _is_lost(found['action_type']) and found['twist'] is not None:
        count = len(found['twist'][0])
        given = np.full(count, schema.ACTION_TYPE_NOT_GIVEN, np.int8)
        found['action_type'] = given, np.ones(count, dtype=bool)


def _is_lost(rows: tuple[NDArray[Any], NDArray[np.bool_]] | None) -> bool:
    return rows is None or (len(rows[1]) > 0 and not rows[1].any())
