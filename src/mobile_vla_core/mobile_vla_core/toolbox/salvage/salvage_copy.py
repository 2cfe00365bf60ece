# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""Write all that is left of a damaged episode to a new one; `salvage` runs this as a process."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields
from datetime import datetime, timezone
import mmap
from pathlib import Path
from typing import Any

import numpy as np

from ...episodes import CameraStream, EpisodeWriter, schema
from .camera_frames import CameraFrames
from .damaged_file import DamagedFile, opened
from .damaged_streams import DamagedStreams
from .jpeg_fault import JpegFault
from .raw_pictures import RawPicture, RawPictures
from .salvage_report import CameraReport, RAW_REASON, SalvageReport
from .stamps import DEFAULT_PERIOD, mend_stamps

SUFFIXES = (
    schema.RECOVERED_SUFFIX,
    schema.UNREADABLE_SUFFIX,
    schema.PART_SUFFIX,
    schema.SUFFIX,
    '.hdf5',
)
ATTRIBUTES = ('schema', 'schema_version', 'primary_camera', 'action_names', 'action_units')
"""Without these, readers refuse a file."""
UNKNOWN_INSTRUCTION = 'unknown: salvaged without its instruction'


class SalvageCopy:
    """
    One damaged file on its way into a new one.

    :param folder: in which the new file is written, of this call alone
    :param progress: called again and again, while there is any
    :param use_library: False where HDF5 is known to crash on the file
    """

    def __init__(
        self, source: Path, folder: Path, progress: Callable[[], None], use_library: bool = True
    ) -> None:
        self._source = source
        self._folder = folder
        self._progress = progress
        self._use_library = use_library
        self.report = SalvageReport(source)

    def run(self) -> SalvageReport:
        """
        Copy, and report; `report.target` is the file in the folder.

        :raises SchemaMismatchError: if it is a file of another layout
        """
        with JpegFault() as self._fault:
            if not self._use_library:
                return self._copy(
                    DamagedFile(self._source, None, self.report.notes, self.report.mended)
                )
            with opened(self._source, self._folder) as file:
                self.report.notes, self.report.mended = file.notes, file.mended
                return self._copy(file)

    def _copy(self, file: DamagedFile) -> SalvageReport:
        report = self.report
        groups = file.cameras
        cameras = {n: CameraFrames(file, group, self._say) for n, group in groups.items()}
        names = file.camera_names or [_camera_name(0)]
        if any(n not in cameras or cameras[n].is_to_be_searched for n in names):
            self._fill(file, cameras)
        report.cameras = {
            name: CameraReport(camera.count, len(camera.frames), camera.lost)
            for name, camera in cameras.items()
        }
        for name, camera in cameras.items():
            if camera.by_marks:
                report.mended.append(
                    f'{name}: {camera.by_marks} frames are found by their marks: '
                    f'the index does not lead to them'
                )
            if camera.without_checksum:
                report.mended.append(
                    f'{name}: the checksums of {camera.without_checksum} frames are made anew: '
                    f'they are damaged, and the frames can be decoded'
                )
        missing = [name for name in ATTRIBUTES if name not in file.attributes]
        if file.root is not None and missing:
            report.mended.append(f'attributes are written anew: {", ".join(missing)}')
        kept = {name: camera for name, camera in cameras.items() if camera.frames}
        if not kept:
            return report
        attributes = {n: file.attributes_of(groups.get(n), f'attributes of {n}') for n in kept}
        stamps = {name: self._stamps(file, name, camera) for name, camera in kept.items()}
        streams = DamagedStreams(file)
        primary = next(iter(kept))
        commands = streams.commands(stamps[primary][0][kept[primary].frames])
        report.commands = len(commands['stamp'])
        others, events = streams.others(), streams.events()
        if not _text(file.attributes, 'instruction'):
            report.notes.append('the instruction cannot be read: set it with `episodes edit set`')
        report.raw |= streams.without_commands
        closed = not self._source.name.endswith(schema.PART_SUFFIX)
        report.sound = closed and not report.lost and not report.mended
        if report.sound:
            return report
        if not closed:
            report.mended.append('it was not closed in order, and is now')

        outcome, reason = ('failure', RAW_REASON) if report.raw else streams.ending(events)
        writer = self._writer(file, attributes, streams.joints)
        for name, camera in kept.items():
            headers, receives = stamps[name]
            for t in camera.frames:
                writer.add_frame(name, camera.picture(t), headers[t], receives[t])
                self._progress()
        for name, rows in {schema.COMMANDS: commands, **others}.items():
            writer.extend(name, rows)
        for stamp, kind, text in events:
            if kind != schema.OUTCOME_EVENT:
                writer.add_event(stamp, kind, text)
        last = max(float(receives.max()) for _, receives in stamps.values())
        for sentence in (*report.lost, *report.mended):
            writer.add_event(last, schema.RECOVERED_EVENT, sentence)
        if report.raw:
            writer.add_event(last, schema.UNFIT_EVENT, RAW_REASON)
        report.target = writer.close(outcome, reason, last)
        return report

    def _say(self, jpeg: bytes) -> str:
        self._progress()
        return self._fault.of(jpeg)

    def _fill(self, file: DamagedFile, cameras: dict[str, CameraFrames]) -> None:
        """Look in the bare bytes for the pictures that the structure does not lead to."""
        if self._source.stat().st_size == 0:
            file.notes.append('the file has no bytes')
            return
        with self._source.open('rb') as source:
            content = mmap.mmap(source.fileno(), 0, access=mmap.ACCESS_READ)
            try:
                found = RawPictures(content, self._say, self._progress).cameras
            finally:
                content.close()
        found = _unknown(found, cameras)
        for camera in cameras.values():
            for run in found if camera.is_to_be_searched else []:
                camera.place(run)
                if any(camera.knows(picture.jpeg) for picture in run):
                    found = _unknown(found, cameras)
                    break
        names = file.camera_names
        if file.group(schema.IMAGES) is None:  # it may have had more than are known by name
            names += [_camera_name(number) for number in range(len(names), len(found))]
        wanted = [name for name in names if not _has_pictures(cameras.get(name))]
        empty = DamagedFile(self._source, None, [], [])
        for name, run in zip(wanted, found, strict=False):
            cameras.pop(name, None)
            cameras[name] = CameraFrames(empty, None, self._say)
            cameras[name].place(run)
        if not any(map(_has_pictures, cameras.values())):
            file.notes.append('no picture is found in its bytes')

    def _stamps(
        self, file: DamagedFile, name: str, camera: CameraFrames
    ) -> tuple[np.ndarray, np.ndarray]:
        period = _period(file.attributes) or DEFAULT_PERIOD
        given = camera.header_stamps, camera.receive_stamps
        headers, made_up, guessed = mend_stamps(given[0], given[1], camera.count, period)
        receives, made_up_too, _ = mend_stamps(given[1], headers, camera.count, period)
        for what, number in (('header', made_up), ('receive', made_up_too)):
            if number:
                self.report.notes.append(
                    f'{name}: {number} of {camera.count} {what} stamps are unknown: '
                    f'taken from the other clock or the frames around, else {period:g} s apart'
                )
        if guessed:
            self.report.raw = True
        return headers, receives

    def _writer(
        self, file: DamagedFile, cameras: dict[str, dict[str, Any]], joints: list[str]
    ) -> EpisodeWriter:
        known = file.attributes
        wanted = [field.name for field in fields(CameraStream) if field.name != 'name']
        streams = [
            CameraStream(name, **{key: values[key] for key in wanted if key in values})
            for name, values in cameras.items()
        ]
        return EpisodeWriter(
            self._folder,
            name=new_name(self._source),
            instruction=_text(known, 'instruction') or UNKNOWN_INSTRUCTION,
            scenario=_text(known, 'scenario'),
            cameras=streams,
            robot=_text(known, 'robot'),
            action_topic=_text(known, 'action_topic'),
            expected_period=_period(known),
            software=_text(known, 'software') or 'unknown',
            created=_created(known, self._source),
            joints=joints,
            metadata=file.attributes_of(file.group(schema.RECORDER), schema.RECORDER),
        )


def new_name(source: Path) -> str:
    """Return the name of the new episode, without a suffix."""
    for suffix in SUFFIXES:
        if source.name.endswith(suffix):
            return source.name.removesuffix(suffix)
    return source.name


def _text(known: dict[str, Any], name: str) -> str:
    value = known.get(name, '')
    return value.strip() if isinstance(value, str) else ''


def _period(known: dict[str, Any]) -> float | None:
    period = known.get('expected_period')
    return period if isinstance(period, float) and 0 < period < np.inf else None


def _created(known: dict[str, Any], source: Path) -> datetime:
    try:
        return datetime.fromisoformat(_text(known, 'created'))
    except ValueError:
        return datetime.fromtimestamp(source.stat().st_mtime, timezone.utc)


def _unknown(
    found: list[list[RawPicture]], cameras: dict[str, CameraFrames]
) -> list[list[RawPicture]]:
    """Return the pictures that are no camera's yet."""
    rest = [
        [found for found in run if not any(c.knows(found.jpeg) for c in cameras.values())]
        for run in found
    ]
    return [run for run in rest if run]


def _has_pictures(camera: CameraFrames | None) -> bool:
    return camera is not None and bool(camera.frames)


def _camera_name(number: int) -> str:
    return CameraStream().name if number == 0 else f'camera_{number + 1}'
