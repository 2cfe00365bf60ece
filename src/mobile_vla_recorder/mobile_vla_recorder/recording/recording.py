# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""One episode under way: callers only enqueue, one thread encodes and writes."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from functools import partial
from pathlib import Path
import threading

from numpy.typing import ArrayLike

from mobile_vla_core.episodes import CameraStream, EpisodeWriter, schema
from mobile_vla_core.episodes.file_attributes import Metadata
from mobile_vla_core.episodes.part_file import write_error_text
from mobile_vla_core.errors import EpisodeError, ImageFormatError
from mobile_vla_core.picture import Picture

from .drops import Drops, ROWS
from .quality import RecordingQuality
from .session_config import SessionConfig

ROW_BYTES = 1024
"""Memory that a row takes while it waits, roughly."""


class Recording:
    """
    A queue bounded in bytes, in front of an EpisodeWriter.

    Pictures beyond the bound are dropped, newest first, so that what is stored stays in order;
    each is counted, and the counts are stored in the episode, also while it is recorded. Other
    rows are small: they are dropped only when, on a disk that stands still, they fill the bound
    once more.

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
        self._ended = False
        self._last_stamp = 0.0
        self.queued_bytes = 0
        self.queued_frames = 0
        self.camera_frames = dict.fromkeys(quality.cameras, 0)
        self.drops = Drops(list(quality.cameras))
        self.joints_missed = 0
        """Joint states for which the file has no place: it was begun before their names came."""
        self.commands = 0
        self.typed_commands = 0
        """Those that carry the action type of their driver."""
        self.error = ''
        """Why nothing more can be written, '' while all is well."""
        self._thread = threading.Thread(target=self._run, name='episode-writer', daemon=True)
        self._thread.start()

    @classmethod
    def begin(
        cls,
        config: SessionConfig,
        instruction: str,
        scenario: str,
        cameras: Sequence[CameraStream],
        joints: Sequence[str],
        metadata: Mapping[str, Metadata],
    ) -> Recording:
        """
        Begin a new file.

        :param joints: names of those whose states will come
        :raises MobileVlaError: if the folder cannot be written, or the instruction is empty
        """
        rate = config.quality.expected_rate
        writer = EpisodeWriter(
            config.output,
            instruction=instruction,
            scenario=scenario,
            cameras=cameras,
            robot=config.robot,
            action_topic=config.cmd_vel_topic,
            expected_period=1.0 / rate if rate else None,
            software=config.software,
            joints=joints,
            metadata=metadata,
        )
        quality = RecordingQuality([camera.name for camera in cameras], config.quality)
        return cls(writer, quality, config.jpeg_quality, config.queue_bytes)

    @property
    def path(self) -> Path:
        """The file being written."""
        return self._writer.path

    @property
    def bytes(self) -> int:
        """Size of the file [bytes], 0 where it is gone."""
        try:
            return self.path.stat().st_size
        except OSError:
            return 0

    @property
    def frames(self) -> int:
        """Pictures written, of all cameras."""
        return sum(self.camera_frames.values())

    @property
    def dropped(self) -> int:
        """Pictures that came and were not written, of all cameras."""
        return sum(self.drops.cameras.values())

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
            self._last_stamp = receive_stamp
            if not self._has_room(camera, picture.size, self._queue_bytes):
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
        with suppress(EpisodeError):  # closing says it too
            for kind, text in self._closing_events():
                self._writer.add_event(stamp, kind, text)
        return self._writer.close(outcome, reason, stamp)

    def summary(self) -> list[str]:
        """Return a line on the quality of each camera."""
        return self.quality.summary(self.drops.cameras)

    def findings(self) -> list[str]:
        """Return what was wrong with the pictures or their times, a sentence each."""
        missed = [self._joints_text()] if self.joints_missed else []
        return self.drops.texts(self.error) + self.quality.findings() + missed

    def warnings(self) -> list[str]:
        """Return what is wrong now, a sentence each."""
        return self.drops.texts(self.error) + self.quality.warnings()

    def _closing_events(self) -> list[tuple[str, str]]:
        events = [(schema.DROP_EVENT, text) for text in self.drops.totals()]
        if self.joints_missed:
            events.append((schema.DROP_EVENT, self._joints_text()))
        if self.typed_commands:
            text = f'{self.typed_commands} of {self.commands} commands carry a given action type'
            events.append((schema.DRIVER_EVENT, text))
        return events + [(schema.QUALITY_EVENT, line) for line in self.summary()]

    def _joints_text(self) -> str:
        return (
            f'{self.joints_missed} joint states are not stored: the names of the joints came only '
            f'after the start; wait for joint_states before the next one'
        )

    def _has_room(self, name: str, size: int, bound: int) -> bool:
        """Return whether there is room in the queue; what finds none is counted."""
        if self.error:
            self.drops.failed[name] += 1
        elif self.queued_bytes + size > bound:
            self.drops.late[name] += 1
        else:
            return True
        return False

    def _put(self, write: Callable[[], None], name: str, size: int) -> None:
        self._waiting.append((write, name, size))
        self.queued_bytes += size
        self.queued_frames += name != ROWS
        self._changed.notify()

    def _put_row(self, write: Callable[[], None]) -> None:
        with self._changed:
            if self._has_room(ROWS, ROW_BYTES, 2 * self._queue_bytes):
                self._put(write, ROWS, ROW_BYTES)

    def _drop_broken(self, camera: str, stamp: float, error: ImageFormatError) -> None:
        with self._changed:
            self.drops.broken[camera] += 1
        if self.drops.broken[camera] == 1:  # told once: the camera may send nothing else
            self._writer.add_event(stamp, schema.DROP_EVENT, f'{camera}: {error}')

    def _end(self) -> None:
        with self._changed:
            self._ended = True
            self._changed.notify()
        self._thread.join()

    def _run(self) -> None:
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._waiting or self._ended)
                if not self._waiting:
                    return
                write, name, size = self._waiting.popleft()
            failed = not self._attempt(write)
            with self._changed:
                self.queued_bytes -= size
                self.queued_frames -= name != ROWS
                self.drops.failed[name] += failed
                stamp = self._last_stamp
                news = self.drops.news(stamp)
            for text in news:
                self._attempt(partial(self._writer.add_event, stamp, schema.DROP_EVENT, text))

    def _attempt(self, write: Callable[[], None]) -> bool:
        """Write something and return True, unless that failed now or before."""
        if self.error:
            return False
        try:
            write()
        except Exception as error:  # of any kind: what waits must still be counted
            # HDF5 reports a full or broken disk as OSError or RuntimeError.
            self.error = f'writing failed: {write_error_text(error)}'
            return False
        return True
