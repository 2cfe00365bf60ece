# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""When an episode may start and how it ends: the recorder's decisions, without ROS."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
import shutil

from numpy.typing import ArrayLike

from mobile_vla_core.episodes import EpisodeWriter
from mobile_vla_core.errors import EpisodeError
from mobile_vla_core.picture import Picture

from .camera import Camera
from .episode_history import EpisodeHistory
from .pre_roll import PreRoll
from .quality import RecordingQuality
from .recording import Recording
from .session_config import MEGABYTE, SessionConfig


@dataclass(frozen=True)
class SavedEpisode:
    """What an episode became."""

    path: Path
    frames: int
    commands: int
    dropped: int
    outcome: str
    reason: str
    summary: tuple[str, ...]
    """A line on the quality of each camera."""


class RecordingSession:
    """
    Idle or recording; every picture and command passes through here.

    `now` is monotonic time [s]; stamps are those that go into the file [s].
    """

    def __init__(self, config: SessionConfig) -> None:
        self.config = config
        self.cameras = {topic.name: Camera(topic) for topic in config.cameras}
        self.history = EpisodeHistory(config.output)
        self.recording: Recording | None = None
        self.last: SavedEpisode | None = None
        """The episode that was saved last, while no other has started."""
        self.instruction = ''
        self.scenario = ''
        self.pictures_seen = 0
        self.joints: list[str] = []
        """Names of the joints, as their topic gave them last."""
        self._recorded_joints: list[str] = []
        self._pre_roll = PreRoll(config.pre_roll, config.queue_bytes // 2)
        self._started = 0.0
        self._time_limit = 0.0
        self._last_command_at = float('-inf')
        self._ended_by_itself = ''

    def on_picture(
        self, picture: Picture, receive_stamp: float, now: float, camera: str = ''
    ) -> None:
        """Record a picture of a camera, the primary one by default, when an episode runs."""
        source = self.cameras[camera or self.config.cameras[0].name]
        self.pictures_seen += 1
        source.picture, source.seen_at = picture, now
        source.rate.add(picture.stamp or receive_stamp)

        def record() -> None:
            self.recording.add_picture(source.name, picture, receive_stamp)

        self._record(record, picture.size, now)

    def on_command(
        self, velocity: ArrayLike, header_stamp: float, receive_stamp: float, now: float
    ) -> None:
        """Record a command, shape (3,) [m/s, m/s, rad/s], when an episode runs."""
        self._last_command_at = now
        stamp = header_stamp or receive_stamp
        self._record(lambda: self.recording.add_command(velocity, stamp, receive_stamp), 0, now)

    def on_odometry(self, stamp: float, pose: ArrayLike, twist: ArrayLike) -> None:
        """Record odometry, pose (7,) and twist (6,), when an episode runs."""
        if self.recording:
            self.recording.add(lambda writer: writer.add_odometry(stamp, pose, twist))

    def on_imu(
        self, stamp: float, orientation: ArrayLike, angular: ArrayLike, linear: ArrayLike
    ) -> None:
        """Record quaternion (4,), angular velocity (3,) and linear acceleration (3,)."""
        if self.recording:
            self.recording.add(lambda writer: writer.add_imu(stamp, orientation, angular, linear))

    def on_joint_state(self, stamp: float, names: Sequence[str], *values: Sequence[float]) -> None:
        """Record positions, velocities and efforts of joints, each as many as names or empty."""
        self.joints = list(names)
        if not self.recording or not self._recorded_joints:
            return
        rows = []
        for given in values:
            known = dict(zip(names, given, strict=False)) if len(given) else {}
            nothing = float('nan')
            rows.append([known.get(name, nothing) for name in self._recorded_joints])
        self.recording.add(lambda writer: writer.add_joint_state(stamp, *rows))

    def start(self, instruction: str, scenario: str, now: float, time_limit: float = 0.0) -> Path:
        """
        Begin an episode and return the file being written.

        :param time_limit: the episode is due to end after so long [s]; 0: that of the config
        :raises MobileVlaError: if one runs already, a camera or the driver is silent, the disk is
            too full, the folder cannot be written, or the instruction is empty
        """
        config = self.config
        self._check_ready(now)
        writer = EpisodeWriter(
            config.output,
            instruction=instruction,
            scenario=scenario,
            cameras=[camera.stream(config.jpeg_quality) for camera in self.cameras.values()],
            robot=config.robot,
            action_topic=config.cmd_vel_topic,
            expected_period=1.0 / rate if (rate := config.quality.expected_rate) else None,
            software=config.software,
            joints=self.joints,
            metadata=config.metadata,
        )
        self.instruction, self.scenario, self._started = instruction.strip(), scenario, now
        self._time_limit = time_limit or config.time_limit
        self._recorded_joints = self.joints
        self._ended_by_itself, self.last = '', None
        quality = RecordingQuality(list(self.cameras), config.quality)
        self.recording = Recording(writer, quality, config.jpeg_quality, config.queue_bytes)
        self._pre_roll.play(now)
        return writer.path

    def overdue(self, now: float) -> str:
        """Return why the running episode must end now, '' when it need not."""
        if not self.recording:
            return ''
        if self.recording.error:
            return self.recording.error
        if self._time_limit and now - self._started >= self._time_limit:
            return f'the time limit of {self._time_limit:g} s is reached'
        return self._silent_camera(now)

    def stop(
        self, outcome: str, reason: str, stamp: float, by_itself: bool = False
    ) -> SavedEpisode:
        """
        End the episode and keep it; one that could not be written to its end is kept as well.

        :param by_itself: nobody asked for it
        :raises EpisodeError: if none runs, the outcome is not one of the schema's, the file cannot
            be closed, or the quality is below the minimum
        """
        recording = self._running()
        outcome = outcome or 'unknown'
        try:
            path = recording.finish(outcome, reason, stamp)
        except EpisodeError:
            if recording.ended:
                self.recording = None
            raise
        self.recording = None
        self._ended_by_itself = reason if by_itself else ''
        score = recording.quality.score
        if score < self.config.minimum_quality:
            self.history.discard(path)
            raise EpisodeError(
                f'{path.name} is discarded, undo brings it back: quality {score:.3f} is below '
                f'the minimum of {self.config.minimum_quality:g}: {"; ".join(recording.summary())}'
            )
        self.history.saved(path)
        self.last = SavedEpisode(
            path,
            recording.frames,
            recording.commands,
            recording.dropped,
            'unknown' if recording.error else outcome,
            recording.error or reason,
            tuple(recording.summary()),
        )
        return self.last

    def discard(self, stamp: float) -> str:
        """Take the running episode away and return its name; EpisodeError when none runs."""
        recording = self._running()
        self.recording = None
        self.history.discard(recording.finish('unknown', 'discarded', stamp))
        return recording.path.name

    def seconds(self, now: float) -> float:
        """Return how long the episode has run [s], 0 when idle."""
        return now - self._started if self.recording else 0.0

    def rate(self, camera: str, now: float) -> float:
        """Return the rate of a camera [Hz], 0 when it is silent."""
        source = self.cameras[camera]
        silent = now - source.seen_at > self.config.camera_timeout
        return 0.0 if silent else source.rate.hertz

    def _record(self, record: Callable[[], None], size: int, now: float) -> None:
        if self.recording:
            record()
        else:
            self._pre_roll.add(record, size, now)

    def _check_ready(self, now: float) -> None:
        config = self.config
        if self.recording:
            raise EpisodeError(
                f'{self.recording.path.name} is being recorded: stop or discard it first'
            )
        silent = self._silent_camera(now)
        if silent:
            raise EpisodeError(
                f'{silent}: check that the camera runs and that its topic and QoS match'
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

    def _silent_camera(self, now: float) -> str:
        timeout = self.config.camera_timeout
        for camera in self.cameras.values():
            if now - camera.seen_at > timeout:
                return f'no picture came on {camera.topic} for {timeout:g} s'
        return ''

    def _running(self) -> Recording:
        if self.recording is None:
            ended = self._ended_by_itself
            ended = f'; the last one was stopped and kept: {ended}' if ended else ''
            raise EpisodeError(f'no episode is being recorded: start one first{ended}')
        return self.recording


def free_bytes(folder: Path) -> int:
    """Return the room left where a folder is, or would be created [bytes]."""
    existing = next(path for path in (folder, *folder.parents) if path.exists())
    return shutil.disk_usage(existing).free
