# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""When an episode may start and how it ends: the recorder's decisions, without ROS."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from numpy.typing import ArrayLike

from mobile_vla_core.episodes import EpisodeWriter, schema
from mobile_vla_core.errors import EpisodeError
from mobile_vla_core.picture import Picture

from ..plan.episode_count import EpisodeCount
from ..plan.progress import PlanProgress
from .camera import Camera
from .driver_events import Command, DRIVER_GONE, DriverEvent, DriverEvents
from .episode_history import EpisodeHistory
from .pre_roll import PreRoll
from .quality import RecordingQuality
from .recording import Recording
from .saved_episode import find_fault, SavedEpisode
from .session_config import SessionConfig
from .start_conditions import silent_camera, start_obstacle


class RecordingSession:
    """
    Idle or recording; every picture and command passes through here.

    `now` is monotonic time [s]; stamps are those that go into the file [s].
    """

    def __init__(self, config: SessionConfig) -> None:
        self.config = config
        self.cameras = {topic.name: Camera(topic) for topic in config.cameras}
        self._count = EpisodeCount(config.output) if config.plan else None
        self.history = EpisodeHistory(config.output, self.on_episode)
        self.recording: Recording | None = None
        self.last: SavedEpisode | None = None
        """The episode that was saved last, while no other has started."""
        self.discarded = ''
        """Why the last episode was discarded, while no other has started."""
        self.instruction = ''
        self.scenario = ''
        self.pictures_seen = 0
        self.driven = False
        """Whether anybody publishes commands, be they silent."""
        self.joints: list[str] = []
        """Names of the joints, as their topic gave them last."""
        self._recorded_joints: list[str] = []
        self._pre_roll = PreRoll(config.pre_roll, config.queue_bytes // 2)
        self._driver = DriverEvents()
        self._started = 0.0
        self._first_stamp: float | None = None
        self._length = 0.0
        self._time_limit = 0.0
        self._last_command_at = float('-inf')
        self._ended_by_itself = ''

    def close(self) -> None:
        """End what runs beside the session."""
        if self._count:
            self._count.close()

    @property
    def progress(self) -> PlanProgress | None:
        """How far the plan is; None without one, and until the folder has been read."""
        counts = self._count.counts if self._count else None
        return None if counts is None else PlanProgress(self.config.plan, counts)

    def on_episode(self, path: Path) -> None:
        """Take that an episode came, went or has other labels."""
        if self._count:
            self._count.update(path)

    def on_picture(
        self, picture: Picture, receive_stamp: float, now: float, camera: str = ''
    ) -> None:
        """Record a picture of a camera, the primary one by default, when an episode runs."""
        primary = self.config.cameras[0].name
        source = self.cameras[camera or primary]
        self.pictures_seen += 1
        source.picture, source.seen_at = picture, now
        stamp = picture.stamp or receive_stamp
        source.rate.add(stamp)
        if self.recording and source.name == primary:
            self._first_stamp = stamp if self._first_stamp is None else self._first_stamp
            self._length = stamp - self._first_stamp

        def record() -> None:
            self.recording.add_picture(source.name, picture, receive_stamp)

        self._record(record, picture.size, now)

    def on_camera_info(self, camera: str, info: str, stamp: float) -> None:
        """Take the CameraInfo of a camera as JSON; a running episode gets it as events."""
        self.cameras[camera].info = info
        if self.recording:
            self.recording.add(lambda writer: writer.add_camera_info(stamp, camera, info))

    def on_hold_up(self, now: float) -> None:
        """Give every camera its time anew: this process was held up, not they."""
        for camera in self.cameras.values():
            camera.seen_at = max(camera.seen_at, now)

    def on_command(
        self,
        velocity: ArrayLike,
        header_stamp: float,
        receive_stamp: float,
        now: float,
        given: float = 0.0,
    ) -> None:
        """
        Record a command, shape (3,) [m/s, m/s, rad/s], when an episode runs.

        :param given: its stamp by the driver's clock [s]; 0: the same as its stamp
        """
        self._last_command_at = now
        stamp = header_stamp or receive_stamp
        command = Command(velocity, stamp, receive_stamp, given or stamp)
        if self.recording:
            self._driver.hold(command, now)
            self._release_commands(now)
        else:
            self._record(partial(self._add_command, command), 0, now)

    def on_driver_event(self, event: DriverEvent, now: float) -> None:
        """Take what the commands are from the event's stamp on, and record it."""
        self._driver.add(event, now)
        self._add_event(event.stamp, event.line)

    def on_driver_present(self) -> None:
        """Let commands wait for a driver's events: there is one."""
        self._driver.expected = True

    def on_driver_gone(self, stamp: float) -> None:
        """Derive the action type of the commands that come from now on."""
        self._release_commands()
        if self._driver.clear():
            self._add_event(stamp, DRIVER_GONE)

    def on_odometry(self, stamp: float, pose: ArrayLike, twist: ArrayLike, now: float) -> None:
        """Record odometry, pose (7,) and twist (6,), when an episode runs."""
        self._record_row(lambda writer: writer.add_odometry(stamp, pose, twist), now)

    def on_imu(
        self,
        stamp: float,
        orientation: ArrayLike,
        angular: ArrayLike,
        linear: ArrayLike,
        now: float,
    ) -> None:
        """Record quaternion (4,), angular velocity (3,) and linear acceleration (3,)."""
        self._record_row(lambda writer: writer.add_imu(stamp, orientation, angular, linear), now)

    def on_joint_state(
        self, stamp: float, names: Sequence[str], *values: Sequence[float], now: float
    ) -> None:
        """Record positions, velocities and efforts of joints, each as many as names or empty."""
        self.joints = list(names)

        def append(writer: EpisodeWriter) -> None:
            if not self._recorded_joints:
                self.recording.joints_missed += 1
            else:
                rows = [self._joint_row(names, given) for given in values]
                writer.add_joint_state(stamp, *rows)

        self._record_row(append, now)

    def start(self, instruction: str, scenario: str, now: float, time_limit: float = 0.0) -> Path:
        """
        Begin an episode and return the file being written.

        :param time_limit: the episode is due to end after so long [s]; 0: that of the config
        :raises MobileVlaError: if one runs already, a camera or the driver is silent, the disk is
            too full, the folder cannot be written, or the instruction is empty
        """
        config = self.config
        if self.recording:
            raise EpisodeError(
                f'{self.recording.path.name} is being recorded: stop or discard it first'
            )
        obstacle = start_obstacle(config, self.cameras.values(), self._last_command_at, now)
        if obstacle:
            raise EpisodeError(obstacle)
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
        self._first_stamp, self._length = None, 0.0
        self._ended_by_itself, self.last, self.discarded = '', None, ''
        quality = RecordingQuality(list(self.cameras), config.quality)
        self.recording = Recording(writer, quality, config.jpeg_quality, config.queue_bytes)
        for event in self._driver.since(now - config.pre_roll):
            self._add_event(event.stamp, event.line)
        self._pre_roll.play(now)
        return writer.path

    def obstacle(self, now: float) -> str:
        """Return why an episode could not start now, '' when it could or one runs."""
        if self.recording:
            return ''
        # Whoever drives may be silent while nothing runs: his commands come with the start.
        commanded = now if self.driven else self._last_command_at
        return start_obstacle(self.config, self.cameras.values(), commanded, now)

    def overdue(self, now: float) -> str:
        """Return why the running episode must end now, '' when it need not."""
        if not self.recording:
            return ''
        self._release_commands(now)
        if self.recording.error:
            return self.recording.error
        if self._time_limit and now - self._started >= self._time_limit:
            return f'the time limit of {self._time_limit:g} s is reached'
        return silent_camera(self.cameras.values(), self.config.camera_timeout, now)

    def stop(
        self, outcome: str, reason: str, stamp: float, by_itself: bool = False
    ) -> SavedEpisode:
        """
        End the episode and keep it; one that could not be written to its end is kept as well.

        :param by_itself: nobody asked for it
        :raises EpisodeError: if none runs, the outcome is not one of the schema's, the file cannot
            be closed, or the episode is discarded: shorter than the plan asks for, or of a
            quality below the minimum
        """
        recording = self._running()
        self._release_commands()
        outcome = outcome or 'unknown'
        try:
            path = recording.finish(outcome, reason, stamp)
        except EpisodeError:
            if recording.ended:
                self.recording = None
            raise
        self.recording = None
        saved = SavedEpisode.of(recording, path, outcome, reason)
        fault = find_fault(self.config, recording, self.scenario, self._length)
        if fault:
            self.history.discard(path, f'{saved.about}; it had been discarded by rule: {fault}')
            self.discarded = f'{path.name} is discarded, undo brings it back: {fault}'
            self._ended_by_itself = self.discarded if by_itself else ''
            raise EpisodeError(self.discarded)
        self._ended_by_itself = f'the last one was stopped and kept: {reason}' if by_itself else ''
        self.history.saved(path, saved.about)
        self.last = saved
        return saved

    def discard(self, stamp: float) -> str:
        """Take the running episode away and return its name; EpisodeError when none runs."""
        recording = self._running()
        self._release_commands()
        self.recording = None
        try:
            path = recording.finish('unknown', 'discarded', stamp)
        except EpisodeError:  # it would be recovered at the next start
            path = recording.path
        about = SavedEpisode.of(recording, path, 'unknown', 'discarded').about
        self.history.discard(path, about)
        return path.name

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

    def _record_row(self, append: Callable[[EpisodeWriter], None], now: float) -> None:
        self._record(lambda: self.recording.add(append), 0, now)

    def _joint_row(self, names: Sequence[str], given: Sequence[float]) -> list[float]:
        known = dict(zip(names, given, strict=False)) if len(given) else {}
        return [known.get(name, float('nan')) for name in self._recorded_joints]

    def _add_command(self, command: Command) -> None:
        action_type = self._driver.type_of(command)
        self.recording.add_command(
            command.velocity, command.stamp, command.receive_stamp, action_type
        )

    def _release_commands(self, now: float = float('inf')) -> None:
        for command in self._driver.release(now):
            self._add_command(command)

    def _add_event(self, stamp: float, text: str) -> None:
        if self.recording:
            self.recording.add(lambda to: to.add_event(stamp, schema.DRIVER_EVENT, text))

    def _running(self) -> Recording:
        if self.recording is None:
            ended = f'; {self._ended_by_itself}' if self._ended_by_itself else ''
            raise EpisodeError(f'no episode is being recorded: start one first{ended}')
        return self.recording
