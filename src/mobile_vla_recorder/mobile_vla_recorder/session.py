# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""When an episode may start and how it ends: the recorder's decisions, without ROS."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
import shutil

from numpy.typing import ArrayLike

from mobile_vla_core.episodes import CameraStream, EpisodeWriter
from mobile_vla_core.errors import EpisodeError, ImageFormatError
from mobile_vla_core.images import jpeg_size
from mobile_vla_core.picture import Picture

from .recording import Recording

MEGABYTE = 1_000_000


@dataclass(frozen=True)
class SessionConfig:
    """What the recorder needs to know of its robot; see parameters.py for the meanings."""

    output: Path
    camera_name: str = 'front'
    image_topic: str = 'camera/image_raw'
    cmd_vel_topic: str = 'cmd_vel'
    robot: str = ''
    jpeg_quality: int = 90
    expected_rate: float = 0.0
    camera_timeout: float = 2.0
    require_commands: bool = True
    command_timeout: float = 2.0
    queue_bytes: int = 256 * MEGABYTE
    minimum_free_bytes: int = 500 * MEGABYTE
    software: str = 'mobile_vla_recorder'


@dataclass(frozen=True)
class SavedEpisode:
    """What an episode became."""

    path: Path
    frames: int
    commands: int
    dropped: int


class RecordingSession:
    """
    Idle or recording; every picture and command passes through here.

    `now` is monotonic time [s]; stamps are those that go into the file [s].
    """

    def __init__(self, config: SessionConfig) -> None:
        self.config = config
        self.recording: Recording | None = None
        self.instruction = ''
        self.scenario = ''
        self.pictures_seen = 0
        self._started = 0.0
        self._last_picture: Picture | None = None
        self._last_picture_at = float('-inf')
        self._last_command_at = float('-inf')

    def on_picture(self, picture: Picture, receive_stamp: float, now: float) -> None:
        """Record a picture when an episode runs; one without a stamp gets the receive stamp."""
        self.pictures_seen += 1
        self._last_picture, self._last_picture_at = picture, now
        if self.recording:
            self.recording.add_picture(self.config.camera_name, picture, receive_stamp)

    def on_command(
        self, velocity: ArrayLike, header_stamp: float, receive_stamp: float, now: float
    ) -> None:
        """Record a command, shape (3,) [m/s, m/s, rad/s], when an episode runs."""
        self._last_command_at = now
        if self.recording:
            self.recording.add_command(velocity, header_stamp or receive_stamp, receive_stamp)

    def on_odometry(self, stamp: float, pose: ArrayLike, twist: ArrayLike) -> None:
        """Record odometry, pose (7,) and twist (6,), when an episode runs."""
        if self.recording:
            self.recording.add_odometry(stamp, pose, twist)

    def start(self, instruction: str, scenario: str, now: float) -> Path:
        """
        Begin an episode and return the file being written.

        :raises MobileVlaError: if one runs already, no camera or nobody who drives publishes, the
            disk is too full, the folder cannot be written, or the instruction is empty
        """
        config = self.config
        if self.recording:
            raise EpisodeError(
                f'{self.recording.path.name} is being recorded: stop or discard it first'
            )
        if now - self._last_picture_at > config.camera_timeout:
            raise EpisodeError(
                f'no picture came on {config.image_topic} for {config.camera_timeout:g} s: '
                f'check that the camera runs and that its topic and QoS match'
            )
        if config.require_commands and now - self._last_command_at > config.command_timeout:
            raise EpisodeError(
                f'no command came on {config.cmd_vel_topic} for {config.command_timeout:g} s: '
                f'start teleop or the driver, or set require_commands to false'
            )
        free = free_bytes(config.output)
        if free < config.minimum_free_bytes:
            raise EpisodeError(
                f'{config.output} has {free / MEGABYTE:.0f} MB left, less than the reserve of '
                f'{config.minimum_free_bytes / MEGABYTE:.0f} MB: free some room'
            )
        writer = EpisodeWriter(
            config.output,
            instruction=instruction,
            scenario=scenario,
            cameras=[self._camera_stream()],
            robot=config.robot,
            action_topic=config.cmd_vel_topic,
            expected_period=1.0 / config.expected_rate if config.expected_rate else None,
            software=config.software,
        )
        self.instruction, self.scenario, self._started = instruction.strip(), scenario, now
        self.recording = Recording(writer, config.jpeg_quality, config.queue_bytes)
        return writer.path

    def stop(self, outcome: str, reason: str, stamp: float) -> SavedEpisode:
        """
        End the episode and keep it.

        :raises EpisodeError: if none runs, the outcome is unknown, or writing failed
        """
        recording = self._running()
        try:
            path = recording.finish(outcome or 'unknown', reason, stamp)
        except EpisodeError:
            if recording.error:
                self.recording = None
            raise
        self.recording = None
        return SavedEpisode(path, recording.frames, recording.commands, recording.dropped)

    def discard(self) -> str:
        """Delete the running episode and return its name; EpisodeError when none runs."""
        recording = self._running()
        self.recording = None
        recording.discard()
        return recording.path.name

    def seconds(self, now: float) -> float:
        """Return how long the episode has run [s], 0 when idle."""
        return now - self._started if self.recording else 0.0

    def _running(self) -> Recording:
        if self.recording is None:
            raise EpisodeError('no episode is being recorded: start one first')
        return self.recording

    def _camera_stream(self) -> CameraStream:
        picture = self._last_picture
        height, width = picture.height, picture.width
        if not height:
            try:
                height, width = jpeg_size(picture.data)
            except ImageFormatError:
                height, width = 0, 0
        return CameraStream(
            name=self.config.camera_name,
            topic=self.config.image_topic,
            encoding=picture.encoding,
            frame_id=picture.frame_id,
            width=width,
            height=height,
            jpeg_quality=0 if picture.is_jpeg else self.config.jpeg_quality,
        )


def free_bytes(folder: Path) -> int:
    """Return the room left where a folder is, or would be created [bytes]."""
    existing = next(path for path in (folder, *folder.parents) if path.exists())
    return shutil.disk_usage(existing).free
