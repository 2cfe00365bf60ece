# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""One episode under way: callers only enqueue, one thread encodes and writes."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from pathlib import Path
import threading

from numpy.typing import ArrayLike

from mobile_vla_core.episodes import EpisodeWriter, schema
from mobile_vla_core.episodes.part_file import write_error_text
from mobile_vla_core.errors import EpisodeError, ImageFormatError
from mobile_vla_core.picture import Picture

from .quality import RecordingQuality

ROWS = 'commands and other rows'
ROW_BYTES = 1024
"""Memory that a row takes while it waits, roughly."""


class Recording:
    """
    A queue bounded in bytes, in front of an EpisodeWriter.

    Pictures beyond the bound are dropped, newest first, so that what is stored stays in order;
    each is counted, and the count is stored in the episode. Other rows are small: they are dropped
    only when, on a disk that stands still, they fill the bound once more.

    :param writer: written to by this recording's thread alone
    :param quality: judges every picture; its cameras are those of the writer
    :param jpeg_quality: for pictures that do not come as JPEG
    :param queue_bytes: memory for waiting pictures
    """

    def __init__(
        self,
        writer: EpisodeWriter,
        quality: RecordingQuality,
        jpeg_quality: int,
        queue_bytes: int,
    ) -> None:
        self._writer = writer
        self.quality = quality
        self._jpeg_quality = jpeg_quality
        self._queue_bytes = queue_bytes
        self._waiting: deque[tuple[Callable[[], None], str, int]] = deque()
        self._changed = threading.Condition()
        self.ended = False
        self.queued_bytes = 0
        self.camera_frames = dict.fromkeys(quality.cameras, 0)
        self.camera_dropped = dict.fromkeys(quality.cameras, 0)
        self.rows_dropped = 0
        """Commands and other small rows that came and were not written."""
        self.joints_missed = 0
        """Joint states for which the file has no place: it was begun before their names came."""
        self.camera_broken = dict.fromkeys(quality.cameras, 0)
        """Those of the dropped ones that are no picture that can be read."""
        self.commands = 0
        self.typed_commands = 0
        """Those that carry the action type of their driver."""
        self.error = ''
        """Why nothing more can be written, '' while all is well."""
        self._thread = threading.Thread(target=self._run, name='episode-writer', daemon=True)
        self._thread.start()

    @property
    def path(self) -> Path:
        """The file being written."""
        return self._writer.path

    @property
    def bytes(self) -> int:
        """Size of the file [bytes]."""
        return self.path.stat().st_size if self.path.exists() else 0

    @property
    def frames(self) -> int:
        """Pictures written, of all cameras."""
        return sum(self.camera_frames.values())

    @property
    def dropped(self) -> int:
        """Pictures that came and were not written, of all cameras."""
        return sum(self.camera_dropped.values())

    def add_picture(self, camera: str, picture: Picture, receive_stamp: float) -> bool:
        """Take a picture; False when it had to be dropped."""
        stamp = picture.stamp or receive_stamp
        self.quality.cameras[camera].on_picture(stamp, receive_stamp)
        driven = self.quality.driven(receive_stamp)

        def write() -> None:
            try:
                jpeg = picture.to_jpeg(self._jpeg_quality)
            except ImageFormatError as error:
                self._drop_broken(camera, stamp, error)
                return
            self._writer.add_frame(camera, jpeg, stamp, receive_stamp)
            self.camera_frames[camera] += 1
            self.quality.cameras[camera].on_written(jpeg, stamp, driven)

        with self._changed:
            if self.error or self.queued_bytes + picture.size > self._queue_bytes:
                self.camera_dropped[camera] += 1
                return False
            self._put(write, camera, picture.size)
            return True

    def add_command(
        self,
        velocity: ArrayLike,
        stamp: float,
        receive_stamp: float,
        action_type: int = schema.ACTION_TYPE_NOT_GIVEN,
    ) -> None:
        """Take a command, shape (3,) [m/s, m/s, rad/s]."""
        self.quality.on_command(velocity, stamp, receive_stamp)

        def write() -> None:
            self._writer.add_command(velocity, stamp, receive_stamp, action_type)
            self.commands += 1
            self.typed_commands += action_type != schema.ACTION_TYPE_NOT_GIVEN

        self._put_row(write)

    def add(self, append: Callable[[EpisodeWriter], None]) -> None:
        """Take a small row of another stream."""
        self._put_row(lambda: append(self._writer))

    def finish(self, outcome: str, reason: str, stamp: float) -> Path:
        """
        Write what waits, close the episode and return its path.

        When writing failed, the outcome is unknown and the reason is `error`.

        :raises EpisodeError: if the outcome is unknown to the schema, or the file cannot be
            closed; it is then kept for recovery
        """
        if outcome not in schema.OUTCOMES:
            raise EpisodeError(
                f'outcome "{outcome}" is unknown: expected one of {", ".join(schema.OUTCOMES)}'
            )
        self._end()
        if self.error:
            outcome, reason = 'unknown', self.error
        for name, dropped in self.camera_dropped.items():
            if dropped:
                text = f'{name}: {dropped} frames dropped'
                self._writer.add_event(stamp, schema.DROP_EVENT, text)
        if self.rows_dropped:
            text = f'{self.rows_dropped} {ROWS} dropped'
            self._writer.add_event(stamp, schema.DROP_EVENT, text)
        if self.joints_missed:
            self._writer.add_event(stamp, schema.DROP_EVENT, self._joints_text())
        if self.typed_commands:
            text = f'{self.typed_commands} of {self.commands} commands carry a given action type'
            self._writer.add_event(stamp, schema.DRIVER_EVENT, text)
        for line in self.summary():
            self._writer.add_event(stamp, schema.QUALITY_EVENT, line)
        return self._writer.close(outcome, reason, stamp)

    def summary(self) -> list[str]:
        """Return a line on the quality of each camera."""
        return self.quality.summary(self.camera_dropped)

    def findings(self) -> list[str]:
        """Return what was wrong with the pictures or their times, a sentence each."""
        missed = [self._joints_text()] if self.joints_missed else []
        return self._drop_texts() + self.quality.findings() + missed

    def warnings(self) -> list[str]:
        """Return what is wrong now, a sentence each."""
        return self._drop_texts() + self.quality.warnings()

    @property
    def late(self) -> dict[str, int]:
        """What the disk or the processor was too slow for: pictures by camera, and other rows."""
        late = {
            name: count - self.camera_broken[name] for name, count in self.camera_dropped.items()
        }
        return {**late, ROWS: self.rows_dropped}

    def _drop_texts(self) -> list[str]:
        slow = 'dropped: the disk or the processor is too slow'
        found = [
            f'{count} {name} {slow}' if name == ROWS else f'{name}: {count} pictures {slow}'
            for name, count in self.late.items()
            if count
        ]
        broken = [
            f'{name}: {count} pictures dropped that cannot be read: see the events for the '
            f'reason, and check the encoding of the camera'
            for name, count in self.camera_broken.items()
            if count
        ]
        return found + broken

    def _joints_text(self) -> str:
        return (
            f'{self.joints_missed} joint states are not stored: the names of the joints came only '
            f'after the start; wait for joint_states before the next one'
        )

    def _put(self, write: Callable[[], None], camera: str = '', size: int = 0) -> None:
        self._waiting.append((write, camera, size))
        self.queued_bytes += size
        self._changed.notify()

    def _put_row(self, write: Callable[[], None]) -> None:
        with self._changed:
            if self.error or self.queued_bytes + ROW_BYTES > 2 * self._queue_bytes:
                self.rows_dropped += 1
            else:
                self._put(write, size=ROW_BYTES)

    def _drop_broken(self, camera: str, stamp: float, error: ImageFormatError) -> None:
        with self._changed:
            self.camera_dropped[camera] += 1
            self.camera_broken[camera] += 1
        if self.camera_broken[camera] == 1:  # told once: the camera may send nothing else
            self._writer.add_event(stamp, schema.DROP_EVENT, f'{camera}: {error}')

    def _end(self) -> None:
        with self._changed:
            self.ended = True
            self._changed.notify()
        self._thread.join()

    def _run(self) -> None:
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._waiting or self.ended)
                if not self._waiting:
                    return
                write, camera, size = self._waiting.popleft()
            failed = bool(self.error)
            try:
                if not failed:
                    write()
            except Exception as error:  # of any kind: what waits must still be counted
                # HDF5 reports a full or broken disk as OSError or RuntimeError.
                self.error = f'writing failed: {write_error_text(error)}'
                failed = True
            with self._changed:
                self.queued_bytes -= size
                if failed and camera:
                    self.camera_dropped[camera] += 1
                elif failed:
                    self.rows_dropped += 1
