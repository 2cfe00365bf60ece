# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""Hold a file against the schema, part by part, and read what is sound."""

from __future__ import annotations

from collections.abc import Sequence
import math
from typing import Any

import h5py
import numpy as np
from numpy.typing import NDArray

from ...episodes import schema
from ...episodes.damage import ABSENT, READ_ERRORS, reason, SLACK_BYTES
from ...episodes.schema import Column
from ...picture_quality import QualityLimits
from .evidence import CameraEvidence, Evidence
from .finding import Finding
from .picture_bytes import PictureBytes
from .picture_scan import PictureScan, scan_pictures

ATTRIBUTES = ('instruction', 'scenario', 'primary_camera')
ABSENT_ABOVE = 'component not found'
"""What HDF5 says of a name of which a group above is not there."""
_ACTION, _ACTION_STAMP = schema.ACTION_COLUMNS
_END = schema.CAMERA_COLUMNS[-1]


class StructureCheck:
    """
    Reads one episode of our schema without trusting it.

    :param name: of the file, for findings
    :param size: of the file [bytes]: no room is made for data that cannot be in it
    """

    def __init__(self, name: str, file: h5py.File, size: int, limits: QualityLimits) -> None:
        self._name = name
        self._file = file
        self._size = size
        self._limits = limits
        self.findings: list[Finding] = []

    def read(self, pictures: bool = True) -> Evidence:
        """
        Read everything that is sound.

        :param pictures: whether they are decoded too; else only what sums up the episode is read
        """
        texts = {key: self._attribute(key) for key in ATTRIBUTES}
        events = self._stream(schema.EVENTS, schema.STREAM_COLUMNS[schema.EVENTS])
        cameras = self._cameras(texts['primary_camera'], pictures)
        frames = len(next(iter(cameras.values())).stamps) if cameras else None
        actions = self._column(self._file, _ACTION)
        stamps = self._column(self._file, _ACTION_STAMP) if pictures else None
        if frames is not None and actions is not None:
            self._same_lengths(
                {'frames': frames, 'action': len(actions)}
                | ({} if stamps is None else {'action_stamp': len(stamps)})
            )
        for stream in (schema.IMU, schema.JOINT_STATES) if pictures else ():
            self._optional(stream)
        given, measured = (schema.STREAM_COLUMNS[n] for n in (schema.COMMANDS, schema.ODOMETRY))
        return Evidence(
            name=self._name,
            instruction=texts['instruction'],
            scenario=texts['scenario'],
            outcome=_last(events, schema.OUTCOME_EVENT, 'unknown').partition(': ')[0],
            expected_period=self._number('expected_period'),
            cameras=cameras,
            actions=np.zeros((0, 4), np.float32) if actions is None else actions,
            commands=self._stream(schema.COMMANDS, given) if pictures else empty_rows(given),
            odometry=self._stream(schema.ODOMETRY, measured) if pictures else empty_rows(measured),
            limits=self._limits,
            unfit=_last(events, schema.UNFIT_EVENT, ''),
        )

    def rows(self, stream: str) -> int:
        """Return how many rows a stream has, by its last column; 0 where there is none."""
        try:
            return len(self._file[stream][schema.STREAM_COLUMNS[stream][-1].name])
        except READ_ERRORS:
            return 0

    def _found(self, code: str, text: str, frames: tuple[int, int] | None = None) -> None:
        self.findings.append(Finding(code, self._name, text, frames))

    def _attribute(self, key: str) -> str:
        try:
            return schema.decode_text(self._file.attrs[key])
        except KeyError as error:
            absent = key not in self._file.attrs
            self._found(
                'data.missing' if absent else 'data.unreadable',
                f'attribute {key} is missing' if absent else f'attribute {key}: {reason(error)}',
            )
        except READ_ERRORS as error:
            self._found('data.unreadable', f'attribute {key}: {reason(error)}')
        return ''

    def _number(self, key: str) -> float:
        try:
            return float(self._file.attrs.get(key, float('nan')))
        except READ_ERRORS as error:
            self._found('data.unreadable', f'attribute {key}: {reason(error)}')
            return float('nan')

    def _group(self, name: str, *, optional: bool = False) -> h5py.Group | None:
        try:
            group = self._file[name]
        except KeyError as error:
            if not any(word in str(error) for word in (ABSENT, ABSENT_ABOVE)):
                self._found('data.unreadable', f'group {name}: {reason(error)}')
            elif not optional:
                self._found('data.missing', f'group {name} is missing')
            return None
        except READ_ERRORS as error:
            self._found('data.unreadable', f'group {name}: {reason(error)}')
            return None
        if isinstance(group, h5py.Group):
            return group
        self._found('data.type', f'{name} is a dataset, expected a group')
        return None

    def _dataset(self, group: h5py.Group, column: Column) -> h5py.Dataset | None:
        """Return a dataset that can be what the schema says, None with a finding else."""
        try:
            found = group[column.name]
        except READ_ERRORS as error:
            absent = isinstance(error, KeyError) and ABSENT in str(error)
            text = 'is missing' if absent else f'cannot be opened: {reason(error)}'
            code = 'data.missing' if absent else 'data.unreadable'
            self._found(code, f'{_place(group, column)} {text}')
            return None
        if not isinstance(found, h5py.Dataset):
            self._found('data.type', f'{_place(group, column)} is a group, expected a dataset')
            return None
        try:
            fault = self._misfit(found.dtype, found.shape, column)
        except READ_ERRORS as error:
            fault = ('data.unreadable', f'cannot be read: {reason(error)}')
        if fault is None:
            return found
        code, text = fault
        self._found(code, f'{_place(group, column)} {text}')
        return None

    def _misfit(
        self, dtype: np.dtype, shape: tuple[int, ...] | None, column: Column
    ) -> tuple[str, str] | None:
        """Return code and text of what a dataset has that the schema does not say."""
        wanted, tail = np.dtype(column.dtype), column.shape(0)[1:]
        if dtype != wanted and not dtype.kind == wanted.kind == 'S':
            return 'data.type', f'is of {dtype}, expected {wanted}'
        if shape is None or len(shape) != 1 + len(tail) or shape[1:] != tail:
            expected = ', '.join(map(str, ('T', *tail)))
            return 'data.shape', f'is of shape {shape}, expected ({expected})'
        size = math.prod(shape) * dtype.itemsize
        if size > 2 * self._size + SLACK_BYTES:
            return 'data.length', f'says that it has {size} bytes, the file has {self._size}'
        return None

    def _column(self, group: h5py.Group, column: Column) -> NDArray[Any] | None:
        found = self._dataset(group, column)
        try:
            return None if found is None else found[()]
        except READ_ERRORS as error:
            text = f'{_place(group, column)} cannot be read: {reason(error)}'
            self._found('data.unreadable', text)
            return None

    def _stream(self, name: str, columns: Sequence[Column]) -> dict[str, NDArray[Any]]:
        group = self._group(name)
        rows = {} if group is None else {c.name: self._column(group, c) for c in columns}
        if group is None or any(values is None for values in rows.values()):
            return empty_rows(columns)
        self._same_lengths({f'{name}/{key}': len(values) for key, values in rows.items()})
        count = min(map(len, rows.values()))
        return {key: values[:count] for key, values in rows.items()}

    def _optional(self, name: str) -> None:
        """Read a stream that not every version and robot has."""
        group = self._group(name, optional=True)
        if group is None:
            return
        columns = schema.STREAM_COLUMNS.get(name)
        if columns is None:
            try:
                columns = schema.joint_columns(len(group.attrs[schema.JOINT_NAMES]))
            except READ_ERRORS as error:
                self._found('data.unreadable', f'{name}: {reason(error)}')
                return
        self._stream(name, columns)

    def _same_lengths(self, lengths: dict[str, int]) -> None:
        if len(set(lengths.values())) > 1:
            named = ', '.join(f'{count} of {name}' for name, count in lengths.items())
            self._found('data.length', f'rows that belong together differ: {named}')

    def _cameras(self, primary: str, pictures: bool) -> dict[str, CameraEvidence]:
        images = self._group(schema.IMAGES)
        if images is None:
            return {}
        try:
            names = sorted(images, key=lambda name: (name != primary, name))
        except READ_ERRORS as error:
            self._found('data.unreadable', f'group {schema.IMAGES}: {reason(error)}')
            return {}
        if primary and primary not in names:
            text = f'the primary camera "{primary}" is missing, there is {", ".join(names)}'
            self._found('data.missing', text)
        cameras = {}
        for name in names:
            group = self._group(f'{schema.IMAGES}/{name}')
            camera = None if group is None else self._camera(name, group, pictures)
            if camera is not None:
                cameras[name] = camera
        return cameras

    def _camera(self, name: str, group: h5py.Group, pictures: bool) -> CameraEvidence | None:
        wanted = self._camera_columns(group, pictures)
        columns = {c.name: self._column(group, c) for c in wanted}
        jpeg = self._dataset(group, schema.JPEG_COLUMN)
        present = {f'{name}/{key}': len(v) for key, v in columns.items() if v is not None}
        self._same_lengths(present)
        ends = columns[_END.name]
        if ends is None:
            return None
        frames = min(present.values())
        if frames == 0:
            self._found('data.no_frames', f'camera {name} has no picture')
        ends = ends[:frames]
        scan = None
        if jpeg is not None:
            self._check_index(name, ends, len(jpeg))
            if pictures:
                crcs = columns.get(schema.CRC_COLUMN.name)
                scan = self._scan(name, PictureBytes(jpeg, ends), frames, crcs)
        unknown = np.full(frames, np.nan)
        header, receive = columns['header_stamp'], columns['receive_stamp']
        return CameraEvidence(
            unknown if header is None else header[:frames],
            unknown if receive is None else receive[:frames],
            scan,
        )

    def _camera_columns(self, group: h5py.Group, pictures: bool) -> list[Column]:
        """Return the columns to read that a camera of the file's version has."""
        crc = schema.CRC_COLUMN
        without = not pictures or (crc.name not in group and self._version() < schema.CRC_SINCE)
        return [c for c in schema.CAMERA_COLUMNS if not (without and c is crc)]

    def _version(self) -> tuple[int, ...]:
        try:
            return schema.version_of(schema.decode_text(self._file.attrs['schema_version']))
        except READ_ERRORS:
            return (0,)

    def _scan(
        self, name: str, jpegs: PictureBytes, frames: int, crcs: NDArray[np.uint32] | None
    ) -> PictureScan:
        scan = scan_pictures(jpegs, frames, self._limits, crcs)
        if jpegs.lost:
            text = f'{name}: {len(jpegs.lost)} pictures cannot be read: {jpegs.reason}'
            self._found('data.unreadable', text, (jpegs.lost[0], jpegs.lost[-1]))
        return scan

    def _check_index(self, name: str, ends: NDArray[np.uint64], size: int) -> None:
        starts = np.concatenate([np.zeros(1, np.uint64), ends[:-1]])
        wrong = np.flatnonzero((ends <= starts) | (ends > size)) if len(ends) else np.zeros(0, int)
        if len(wrong):
            first, last = int(wrong[0]), int(wrong[-1])
            text = (
                f'{name}: {len(wrong)} of {len(ends)} pictures do not lie in its {size} bytes: '
                f'frame {first} is said to end at {int(ends[first])}'
            )
            self._found('data.index', text, (first, last))
        elif size > (int(ends[-1]) if len(ends) else 0):
            rest = size - (int(ends[-1]) if len(ends) else 0)
            self._found('data.unindexed', f'{name}: {rest} bytes follow the last picture')


def empty_rows(columns: Sequence[Column]) -> dict[str, NDArray[Any]]:
    """Return a stream of no rows."""
    return {column.name: np.zeros(column.shape(0), column.dtype) for column in columns}


def _place(group: h5py.Group, column: Column) -> str:
    return f'{group.name}/{column.name}'.strip('/')


def _last(events: dict[str, NDArray[Any]], wanted: str, otherwise: str) -> str:
    """Return the text of the last event of a kind."""
    for kind, text in zip(reversed(events['kind']), reversed(events['text']), strict=True):
        if schema.decode_text(kind) == wanted:
            return schema.decode_text(text)
    return otherwise
