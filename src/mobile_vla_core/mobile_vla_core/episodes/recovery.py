# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""
Make a finished episode of the file that a recorder left when it was killed.

The file is only read, and copied to a new one: repairing in place (`h5clear -s`) destroys it.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, fields
from datetime import datetime
import fcntl
import os
from pathlib import Path
import shutil

from ..errors import EpisodeError, SchemaMismatchError
from . import schema
from .camera_stream import CameraStream
from .part_file import sync_folder
from .reader import Episode
from .writer import EpisodeWriter

WORKSHOP = '.recovering'
"""Folder inside the episodes' folder in which a recovered file is written."""

PAGE = bytes(4096)
READ_ERRORS = (OSError, RuntimeError, ValueError, KeyError, TypeError, EpisodeError)
"""What a torn file makes HDF5 raise; h5py knows no narrower class."""


@dataclass(frozen=True)
class RecoveryReport:
    """What became of one unfinished file."""

    part: Path
    """The unfinished file, where it is kept now."""
    path: Path | None
    """The recovered episode, None when there is none."""
    frames: dict[str, int]
    """Recovered frames of each camera."""
    commands: int
    lost: tuple[str, ...]
    """What could not be recovered, a sentence each; nothing acknowledged when empty."""

    @property
    def text(self) -> str:
        """The report in one line."""
        counts = ', '.join(f'{name} {count} frames' for name, count in self.frames.items())
        lost = '; '.join(self.lost) or 'nothing acknowledged is lost'
        if self.path is None:
            return f'{self.part.name}: no episode recovered: {lost}'
        return f'{self.path.name}: recovered {counts}, {self.commands} commands; {lost}'


def find_unfinished(folder: Path) -> list[Path]:
    """Return the unfinished files in a folder whose writer has ended, sorted by name."""
    parts = sorted(Path(folder).glob(f'*{schema.PART_SUFFIX}'))
    return [part for part in parts if not _is_being_written(part)]


def recover_folder(folder: Path) -> list[RecoveryReport]:
    """Recover every unfinished file whose writer has ended."""
    return [recover(part) for part in find_unfinished(folder)]


def recover(part: Path) -> RecoveryReport:
    """
    Copy what an unfinished file holds to `<name>.h5` beside it, and rename it `….recovered`.

    A file that holds no readable frame is renamed `….unreadable`; one that this version cannot
    judge, or for which there is no room, stays as it is.

    :raises EpisodeError: if it is still being written, or is no unfinished episode
    """
    part = Path(part)
    if not part.name.endswith(schema.PART_SUFFIX):
        raise EpisodeError(f'{part.name} is no unfinished episode (*{schema.PART_SUFFIX})')
    try:
        with _locked(part):
            return _recover(part)
    except BlockingIOError as error:
        raise EpisodeError(f'{part.name} is being written: stop its recorder first') from error
    except OSError as error:
        return RecoveryReport(part, None, {}, 0, (f'{error}; the file is kept as it is',))


def _recover(part: Path) -> RecoveryReport:
    name = part.name.removesuffix(schema.PART_SUFFIX)
    try:
        with Episode(part) as source:
            frames = sum(source.frames(camera) for camera in source.cameras)
    except SchemaMismatchError as error:
        return RecoveryReport(part, None, {}, 0, (str(error),))
    except READ_ERRORS as error:
        kept = part.rename(part.with_name(f'{name}{schema.UNREADABLE_SUFFIX}'))
        return RecoveryReport(kept, None, {}, 0, (str(error),))
    if frames == 0:
        kept = part.rename(part.with_name(f'{name}{schema.UNREADABLE_SUFFIX}'))
        return RecoveryReport(kept, None, {}, 0, ('it ended before its first frame',))

    workshop = part.parent / WORKSHOP
    shutil.rmtree(workshop, ignore_errors=True)
    try:
        with Episode(part) as source:
            copy = _Copy(source, workshop, name)
            written = copy.write()
        final = part.with_name(f'{name}{schema.SUFFIX}')
        written.rename(final)
    finally:
        shutil.rmtree(workshop, ignore_errors=True)
    kept = part.rename(part.with_name(f'{name}{schema.RECOVERED_SUFFIX}'))
    sync_folder(part.parent)
    return RecoveryReport(kept, final, copy.frames, copy.commands, tuple(copy.lost))


class _Copy:
    """One unfinished episode on its way into a new file."""

    def __init__(self, source: Episode, folder: Path, name: str) -> None:
        self._source = source
        self._writer = _writer_like(source, folder, name)
        self.frames: dict[str, int] = {}
        self.commands = 0
        self.lost: list[str] = []

    def write(self) -> Path:
        """Copy everything readable and return the finished file."""
        source, writer = self._source, self._writer
        for camera in source.cameras:
            self.frames[camera] = self._copy_camera(camera)
        for stream in source.streams:
            try:
                rows = source.stream(stream)
            except READ_ERRORS as error:
                self.lost.append(f'{stream}: {error}')
                continue
            if stream == schema.EVENTS:
                kept = [schema.decode_text(kind) != schema.OUTCOME_EVENT for kind in rows['kind']]
                rows = {column: values[kept] for column, values in rows.items()}
            writer.extend(stream, rows)
        self.commands = writer.commands
        outcome, reason = self._ending()
        stamp = float(max(source.receive_stamps(camera)[-1:].sum() for camera in source.cameras))
        text = '; '.join(self.lost) or 'nothing acknowledged is lost'
        writer.add_event(stamp, schema.RECOVERED_EVENT, text)
        return writer.close(outcome, reason, stamp)

    def _copy_camera(self, camera: str) -> int:
        source, damaged = self._source, 0
        stamps, receive_stamps = source.stamps(camera), source.receive_stamps(camera)
        total = source.frames(camera)
        for t in range(total):
            try:
                jpeg = source.jpeg(t, camera)
            except READ_ERRORS:
                damaged += 1
                continue
            if not _is_whole(jpeg):
                damaged += 1
                continue
            self._writer.add_frame(camera, jpeg, stamps[t], receive_stamps[t])
        if damaged:
            self.lost.append(f'{camera}: {damaged} of {total} frames are damaged')
        rest = source.unindexed_bytes(camera)
        if rest:
            self.lost.append(f'{camera}: {rest} bytes of a frame that was not acknowledged')
        return total - damaged

    def _ending(self) -> tuple[str, str]:
        outcome, reason = self._source.ending
        if outcome == 'unknown' and not reason:
            return outcome, 'the recorder ended before it could close the file'
        return outcome, reason


def _writer_like(source: Episode, folder: Path, name: str) -> EpisodeWriter:
    known = source.attributes
    wanted = [field.name for field in fields(CameraStream) if field.name != 'name']
    cameras = []
    for camera in source.cameras:
        values = source.camera_attributes(camera)
        cameras.append(CameraStream(camera, **{k: values[k] for k in wanted if k in values}))
    return EpisodeWriter(
        folder,
        name=name,
        instruction=source.instruction,
        scenario=source.scenario,
        cameras=cameras,
        robot=known['robot'],
        action_topic=known['action_topic'],
        expected_period=known['expected_period'],
        software=known['software'],
        created=datetime.fromisoformat(known['created']),
        joints=source.joint_names,
        metadata=source.metadata,
    )


def _is_whole(jpeg: bytes) -> bool:
    """Return False for a picture with pages that a power cut kept from the disk: zeros."""
    content = jpeg.rstrip(b'\0')
    if not jpeg.startswith(b'\xff\xd8') or PAGE in content:
        return False
    return content == jpeg or content.endswith(b'\xff\xd9')


@contextmanager
def _locked(part: Path) -> Iterator[None]:
    descriptor = os.open(part, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        if not part.exists():
            raise FileNotFoundError(f'{part.name} was recovered by another process meanwhile')
        yield
    finally:
        os.close(descriptor)


def _is_being_written(part: Path) -> bool:
    try:
        with _locked(part):
            return False
    except BlockingIOError:
        return True
    except OSError:
        return False
