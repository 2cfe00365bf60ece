# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""
The process that writes the run log: records come through a pipe, episode files come out.

A record is a line of JSON, and for a frame the picture's bytes after it. The end of the pipe ends
the file that is open, in order, however the policy node ended.
"""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from datetime import datetime, timezone
import json
import os
from pathlib import Path
import shutil
import signal
import sys
from typing import Any, BinaryIO

from mobile_vla_core.episodes import EpisodeWriter
from mobile_vla_core.episodes.camera_stream import CameraStream
from mobile_vla_core.episodes.schema import DROP_EVENT
from mobile_vla_core.errors import EpisodeError, ImageFormatError, MobileVlaError
from mobile_vla_core.picture import Picture

CAMERA = 'front'
ENDED = 'the policy node ended'
_FREE_BYTES = 1024**3
"""Least free room on the disk; a robot needs it for other things than its log."""
_NICENESS = 2


class RunLogWriter:
    """
    Write one file after the other.

    :param folder: of the files
    :param quality: of the JPEG
    :param metadata: stored with each file
    """

    def __init__(self, folder: Path, quality: int, metadata: Mapping[str, Any]) -> None:
        self._folder = folder
        self._quality = quality
        self._metadata = dict(metadata)
        self._episode: EpisodeWriter | None = None
        self._stamp = 0.0

    def take(self, head: Mapping[str, Any], data: bytes = b'') -> None:
        """
        Write a record; those between two files are passed over.

        :raises EpisodeError: if the file cannot be written, or the disk is almost full
        """
        kind = head['kind']
        self._stamp = head['stamp']
        if kind == 'begin':
            self._begin(head['instruction'])
        elif kind == 'end':
            self.end(head['reason'], head['dropped'])
        elif self._episode is None:
            return
        elif kind == 'frame':
            self._frame(head, data)
        elif kind == 'command':
            self._episode.add_command(
                head['velocity'], head['stamp'], head['stamp'], head['action_type']
            )
        else:
            self._episode.add_event(head['stamp'], head['event'], head['text'])

    def end(self, reason: str, dropped: int = 0) -> None:
        """End the file, if one is open; a file without a picture is deleted."""
        episode, self._episode = self._episode, None
        if episode is None:
            return
        if not episode.frames():
            episode.discard()
            return
        if dropped:
            episode.add_event(self._stamp, DROP_EVENT, f'{dropped} records since configuring')
        episode.close('unknown', reason, self._stamp)

    def _begin(self, instruction: str) -> None:
        self.end('a new instruction' if instruction else 'the instruction was taken back')
        if not instruction:
            return
        self._check_room()
        now = datetime.now(timezone.utc)
        camera = CameraStream(name=CAMERA, jpeg_quality=self._quality)
        self._episode = EpisodeWriter(
            self._folder,
            instruction=instruction,
            cameras=(camera,),
            software='mobile_vla_policy',
            created=now,
            metadata=self._metadata,
            name=f'run_{now:%Y%m%d_%H%M%S_%f}',
        )

    def _frame(self, head: Mapping[str, Any], data: bytes) -> None:
        picture = Picture(data, head['encoding'], head['height'], head['width'], head['step'])
        try:
            jpeg = picture.to_jpeg(self._quality)
        except ImageFormatError as error:
            self._episode.add_event(head['stamp'], 'bad_image', str(error))
            return
        if self._episode.frames() % 100 == 0:
            self._check_room()
        self._episode.add_frame(CAMERA, jpeg, head['stamp'], head['received'])

    def _check_room(self) -> None:
        self._folder.mkdir(parents=True, exist_ok=True)
        free = shutil.disk_usage(self._folder).free
        if free < _FREE_BYTES:
            self.end('the disk is almost full')
            raise EpisodeError(
                f'only {free / 1e9:.1f} GB are free in {self._folder}, '
                f'{_FREE_BYTES / 1e9:.1f} GB are left to others: make room'
            )


def write(stream: BinaryIO, writer: RunLogWriter) -> None:
    """Write the records of a stream until it ends."""
    try:
        while line := stream.readline():
            head = json.loads(line)
            data = stream.read(head.get('size', 0))
            if len(data) < head.get('size', 0):
                return  # The node was killed in the middle of a picture.
            writer.take(head, data)
    finally:
        writer.end(ENDED)


def main(arguments: list[str] | None = None) -> int:
    """Write what comes through standard input; 1 when it cannot be written."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    os.nice(_NICENESS)
    parser = argparse.ArgumentParser(description='Writer of the run log of the policy node.')
    parser.add_argument('--folder', type=Path, required=True, help='where the files go')
    parser.add_argument('--quality', type=int, required=True, help='of the JPEG')
    parser.add_argument('--metadata', type=json.loads, required=True, help='JSON, for each file')
    options = parser.parse_args(arguments)
    try:
        write(sys.stdin.buffer, RunLogWriter(options.folder, options.quality, options.metadata))
    except (MobileVlaError, OSError) as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == '__main__':
    sys.exit(main())
