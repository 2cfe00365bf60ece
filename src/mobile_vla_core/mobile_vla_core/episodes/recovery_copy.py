# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""Copy what an unfinished episode holds to a new file; `recover` runs this as a process."""

from __future__ import annotations

from dataclasses import fields
from datetime import datetime
from pathlib import Path
import shutil
import signal
import sys

from ..errors import EpisodeError, MobileVlaError, SchemaMismatchError
from . import schema
from .camera_stream import CameraStream
from .part_file import sync_folder, write_error_text
from .reader import Episode
from .recovery import set_aside, workshop
from .recovery_report import RecoveryReport
from .writer import EpisodeWriter

PAGE = bytes(4096)
READ_ERRORS = (OSError, RuntimeError, ValueError, KeyError, TypeError, EpisodeError)
"""What a torn file makes HDF5 raise; h5py knows no narrower class."""


def copy_unfinished(part: Path, reason: str = '') -> RecoveryReport:
    """Do what `recover` says, in this process, on a file that is locked already."""
    name = part.name.removesuffix(schema.PART_SUFFIX)
    try:
        with Episode(part) as source:
            frames = sum(source.frames(camera) for camera in source.cameras)
    except SchemaMismatchError as error:
        return RecoveryReport(part, None, {}, 0, (str(error),))
    except READ_ERRORS as error:
        return _unreadable(part, str(error))
    if frames == 0:
        return _unreadable(part, 'it ended before its first frame')

    folder = workshop(part)
    shutil.rmtree(folder, ignore_errors=True)
    try:
        with Episode(part) as source:
            copy = _Copy(source, folder, name, reason)
            written = copy.write()
        if not any(copy.frames.values()):
            return _unreadable(part, *copy.lost)
        final = part.with_name(f'{name}{schema.SUFFIX}')
        written.rename(final)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    kept = set_aside(part, schema.RECOVERED_SUFFIX)
    sync_folder(part.parent)
    return RecoveryReport(kept, final, copy.frames, copy.commands, tuple(copy.lost))


def _unreadable(part: Path, *lost: str) -> RecoveryReport:
    kept = set_aside(part, schema.UNREADABLE_SUFFIX)
    return RecoveryReport(kept, None, {}, 0, lost)


class _Copy:
    """One unfinished episode on its way into a new file."""

    def __init__(self, source: Episode, folder: Path, name: str, reason: str) -> None:
        self._source = source
        self._reason = reason
        self._writer = writer_like(source, folder, name)
        self.frames: dict[str, int] = {}
        self.commands = 0
        self._last_stamp = 0.0
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
                self.lost.append(f'{stream}: {_line(error)}')
                continue
            if stream == schema.EVENTS:
                kept = [schema.decode_text(kind) != schema.OUTCOME_EVENT for kind in rows['kind']]
                rows = {column: values[kept] for column, values in rows.items()}
            writer.extend(stream, rows)
        self.commands = writer.commands
        outcome, reason = self._ending()
        stamp = self._last_stamp
        lost = self.lost or ['nothing acknowledged is lost']
        text = '; '.join((self._reason, *lost) if self._reason else lost)
        writer.add_event(stamp, schema.RECOVERED_EVENT, text)
        return writer.close(outcome, reason, stamp)

    def _copy_camera(self, camera: str) -> int:
        source, damaged = self._source, 0
        total = source.frames(camera)
        try:
            stamps, receive_stamps = source.stamps(camera), source.receive_stamps(camera)
            rest = source.unindexed_bytes(camera)
        except READ_ERRORS as error:
            self.lost.append(f'{camera}: its {total} frames cannot be found: {_line(error)}')
            return 0
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
            self._last_stamp = max(self._last_stamp, float(receive_stamps[t]))
        if damaged:
            self.lost.append(f'{camera}: {damaged} of {total} frames are damaged')
        if rest:
            self.lost.append(f'{camera}: {rest} bytes of a frame that was not acknowledged')
        return total - damaged

    def _ending(self) -> tuple[str, str]:
        outcome, reason = self._source.ending
        if outcome == 'unknown' and not reason:
            return outcome, self._reason or 'the recorder ended before it could close the file'
        return outcome, reason


def writer_like(source: Episode, folder: Path, name: str) -> EpisodeWriter:
    """Begin an episode with the labels, cameras and joints of another one."""
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


def _line(error: Exception) -> str:
    return str(error).split('\n', 1)[0]


def main() -> int:
    """Recover the file of the first argument, in the seconds of the second; the third says why."""
    part, time_limit, reason = Path(sys.argv[1]), int(sys.argv[2]), sys.argv[3]
    signal.alarm(time_limit)  # ends this process in the midst of a call of the library
    try:
        print(copy_unfinished(part, reason).to_json())
    except (MobileVlaError, OSError, RuntimeError) as error:
        print(write_error_text(error), file=sys.stderr)
        return 1
    return 0


if __name__ == '__main__':
    sys.exit(main())
