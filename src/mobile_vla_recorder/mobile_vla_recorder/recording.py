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
from mobile_vla_core.errors import EpisodeError, ImageFormatError
from mobile_vla_core.picture import Picture


class Recording:
    """
    A queue bounded in bytes, in front of an EpisodeWriter.

    Pictures beyond the bound are dropped, newest first, so that what is stored stays in order;
    each is counted, and the count is stored in the episode. Commands are small and never dropped.

    :param writer: written to by this recording's thread alone
    :param jpeg_quality: for pictures that do not come as JPEG
    :param queue_bytes: memory for waiting pictures
    """

    def __init__(self, writer: EpisodeWriter, jpeg_quality: int, queue_bytes: int) -> None:
        self._writer = writer
        self._quality = jpeg_quality
        self._queue_bytes = queue_bytes
        self._waiting: deque[tuple[Callable[[], None], int]] = deque()
        self._changed = threading.Condition()
        self._ended = False
        self.queued_bytes = 0
        self.frames = 0
        self.commands = 0
        self.dropped = 0
        self.error = ''
        self._thread = threading.Thread(target=self._run, name='episode-writer', daemon=True)
        self._thread.start()

    @property
    def path(self) -> Path:
        """The file being written."""
        return self._writer.path

    def add_picture(self, camera: str, picture: Picture, receive_stamp: float) -> bool:
        """Take a picture; False when it had to be dropped."""

        def write() -> None:
            jpeg = picture.to_jpeg(self._quality)
            stamp = picture.stamp or receive_stamp
            self._writer.add_frame(camera, jpeg, stamp, receive_stamp)
            self.frames += 1

        with self._changed:
            if self.error or self.queued_bytes + picture.size > self._queue_bytes:
                self.dropped += 1
                return False
            self._put(write, picture.size)
            return True

    def add_command(self, velocity: ArrayLike, stamp: float, receive_stamp: float) -> None:
        """Take a command, shape (3,) [m/s, m/s, rad/s]."""

        def write() -> None:
            self._writer.add_command(velocity, stamp, receive_stamp)
            self.commands += 1

        with self._changed:
            self._put(write)

    def add_odometry(self, stamp: float, pose: ArrayLike, twist: ArrayLike) -> None:
        """Take odometry: pose (7,), twist (6,)."""
        with self._changed:
            self._put(lambda: self._writer.add_odometry(stamp, pose, twist))

    def finish(self, outcome: str, reason: str, stamp: float) -> Path:
        """
        Write what waits, close the episode and return its path.

        :raises EpisodeError: if writing failed; the unfinished file is kept
        """
        if outcome not in schema.OUTCOMES:
            raise EpisodeError(
                f'outcome "{outcome}" is unknown: expected one of {", ".join(schema.OUTCOMES)}'
            )
        self._end()
        if self.error:
            raise EpisodeError(f'{self.path.name} is kept unfinished: {self.error}')
        if self.dropped:
            self._writer.add_event(stamp, schema.DROP_EVENT, f'{self.dropped} frames dropped')
        return self._writer.close(outcome, reason, stamp)

    def discard(self) -> None:
        """Delete the episode."""
        self._end()
        self._writer.discard()

    def _put(self, write: Callable[[], None], size: int = 0) -> None:
        self._waiting.append((write, size))
        self.queued_bytes += size
        self._changed.notify()

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
                write, size = self._waiting.popleft()
            try:
                if not self.error:
                    write()
            except ImageFormatError as error:
                self.dropped += 1
                self._writer.add_event(0.0, schema.DROP_EVENT, str(error))
            except (EpisodeError, OSError, RuntimeError) as error:
                # HDF5 reports a full or broken disk as OSError or RuntimeError.
                self.error = f'writing failed: {error}'
            with self._changed:
                self.queued_bytes -= size
