# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""When an episode may start and when it ends: the recorder's decisions, without ROS."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
import math
from pathlib import Path

from numpy.typing import ArrayLike

from mobile_vla_core.episodes import EpisodeWriter, schema
from mobile_vla_core.errors import EpisodeError
from mobile_vla_core.picture import Picture

from ..plan.episode_count import EpisodeCount
from ..plan.progress import PlanProgress
from .camera import Camera
from .driver_events import Command, DRIVER_GONE, DriverEvent, DriverEvents
from .endings import Ending, Endings
from .episode_history import EpisodeHistory
from .joints import joint_row
from .pre_roll import PreRoll
from .recording import Recording
from .saved_episode import SavedEpisode
from .saving import Saving
from .session_config import SessionConfig
from .start_conditions import silent_camera, start_obstacle


class RecordingSession:
    """
    Idle, recording or saving; every picture and command passes through here.

    `now` is monotonic time [s]; stamps are those that go into the file [s].
    """

    def __init__(self, config: SessionConfig) -> None:
        self.config = config
        self.cameras = {topic.name: Camera(topic) for topic in config.cameras}
        self._count = EpisodeCount(config.output) if config.plan else None
        self.history = EpisodeHistory(config.output, self.on_episode)
        self.endings = Endings(config, self.history)
        self.recording: Recording | None = None
        self.saving: Saving | None = None
        """The episode that has ended and is being written to its end."""
        self.instruction = ''
        self.scenario = ''
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

    def close(self) -> None:
        """End what runs beside the session."""
        if self._count:
            self._count.close()

    @property
    def progress(self) -> PlanProgress | None:
        """How far the plan is; None without one, and until the folder has been read."""
        counts = self._count.counts if self._count else None
        return None if counts is None else PlanProgress(self.config.plan, counts)

    @property
    def episode(self) -> Recording | None:
        """What is recorded or being saved."""
        return self.saving.recording if self.saving else self.recording

    @property
    def part(self) -> Path | None:
        """The file into which it is written, as `start` gave it."""
        if self.saving:
            return self.saving.part
        return self.recording.path if self.recording else None

    def on_episode(self, path: Path) -> None:
        """Take that an episode came, went or has other labels."""
        if self._count:
            self._count.update(path)

    def on_picture(
        self,
        picture: Picture,
        receive_stamp: float,
        now: float,
        camera: str = '',
        late: bool = False,
    ) -> None:
        """
        Record a picture of a camera, the primary one by default, when an episode runs.

        :param late: it was sent after the end of the running episode was asked for
        """
        primary = self.config.cameras[0].name
        source = self.cameras[camera or primary]
        source.picture, source.seen_at = picture, now
        stamp = picture.stamp or receive_stamp
        source.rate.add(stamp)
        if self.recording and source.name == primary and not late:
            self._first_stamp = stamp if self._first_stamp is None else self._first_stamp
            self._length = stamp - self._first_stamp

        def record() -> None:
            self.recording.add_picture(source.name, picture, receive_stamp)

        if late:
            self._pre_roll.add(record, picture.size, now)
        else:
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

        def record() -> None:
            recording, joints = self.recording, self._recorded_joints

            def append(writer: EpisodeWriter) -> None:
                if not joints:
                    recording.joints_missed += 1
                else:
                    rows = [joint_row(joints, names, given) for given in values]
                    writer.add_joint_state(stamp, *rows)

            recording.add(append)

        self._record(record, 0, now)

    def start(
        self,
        instruction: str,
        scenario: str,
        now: float,
        time_limit: float = 0.0,
        metadata: Mapping[str, str] | None = None,
    ) -> Path:
        """
        Begin an episode and return the file being written.

        :param time_limit: the episode is due to end after so long [s]; 0: that of the config
        :param metadata: stored beside that of the config
        :raises MobileVlaError: if one runs already or is being saved, a camera or the driver is
            silent, the disk is too full, the folder cannot be written, the instruction is empty,
            or the time limit is none
        """
        config = self.config
        self.check_saved()
        if self.recording:
            raise EpisodeError(
                f'{self.recording.path.name} is being recorded: stop or discard it first'
            )
        if not (time_limit >= 0.0 and math.isfinite(time_limit)):
            raise EpisodeError(
                f'a time limit of {time_limit:g} s is none: expected 0 or more seconds'
            )
        obstacle = start_obstacle(config, self.cameras.values(), self._last_command_at, now)
        if obstacle:
            raise EpisodeError(obstacle)
        cameras = [camera.stream(config.jpeg_quality) for camera in self.cameras.values()]
        metadata = {**config.metadata, **(metadata or {})}
        self.recording = Recording.begin(
            config, instruction, scenario, cameras, self.joints, metadata
        )
        self.instruction, self.scenario, self._started = instruction.strip(), scenario, now
        self._time_limit = time_limit or config.time_limit
        self._recorded_joints = self.joints
        self._first_stamp, self._length = None, 0.0
        self.endings.last_words = ''
        for event in self._driver.since(now - config.pre_roll):
            self._add_event(event.stamp, event.line)
        self._pre_roll.play(now)
        return self.recording.path

    def obstacle(self, now: float) -> str:
        """Return why an episode could not start now, '' when it could or one is there."""
        if self.episode:
            return ''
        # Whoever drives may be silent while nothing runs: his commands come with the start.
        commanded = now if self.driven else self._last_command_at
        return start_obstacle(self.config, self.cameras.values(), commanded, now)

    @property
    def limit_reached(self) -> str:
        """What is said when the time is up that was asked for."""
        return f'the time limit of {self._time_limit:g} s is reached'

    def overdue(self, now: float) -> str:
        """Return why the running episode must end now, '' when it need not."""
        if not self.recording:
            return ''
        self._release_commands(now)
        if self.recording.error:
            return self.recording.error
        if self._time_limit and now - self._started >= self._time_limit:
            return self.limit_reached
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
        self.end(outcome, reason, stamp, by_itself=by_itself)
        return self.conclude().kept()

    def discard(self, stamp: float) -> str:
        """Take the running episode away and return its name; EpisodeError when that cannot be."""
        self.end('unknown', 'discarded', stamp, discard=True)
        return self.conclude().taken_away()

    def check_end(self, outcome: str = 'unknown') -> None:
        """
        Do nothing when an episode runs that may end so.

        :raises EpisodeError: if none runs, or the outcome is not one of the schema's
        """
        self.check_saved()
        if self.recording is None:
            last = f'; {self.endings.last_words}' if self.endings.last_words else ''
            raise EpisodeError(f'no episode is being recorded: start one first{last}')
        if outcome and outcome not in schema.OUTCOMES:
            raise EpisodeError(
                f'outcome "{outcome}" is unknown: expected one of {", ".join(schema.OUTCOMES)}'
            )

    def check_saved(self) -> None:
        """Do nothing unless an episode is being saved: then raise EpisodeError."""
        if self.saving:
            raise EpisodeError(self.saving.text)

    def end(
        self,
        outcome: str,
        reason: str,
        stamp: float,
        *,
        by_itself: bool = False,
        discard: bool = False,
    ) -> None:
        """
        End the episode and begin to write what waits, which may take long; `conclude` follows.

        :param by_itself: nobody asked for it
        :param discard: it is not to be kept
        :raises EpisodeError: as `check_end`; the episode then goes on
        """
        self.check_end(outcome)
        self._release_commands()
        recording, self.recording = self.recording, None
        self.saving = Saving(recording, outcome or 'unknown', reason, stamp, by_itself, discard)

    def conclude(self) -> Ending:
        """Wait until the episode that has ended is written, and return what became of it."""
        ending = self.endings.conclude(self.saving, self.scenario, self._length)
        self.saving = None
        return ending

    def seconds(self, now: float) -> float:
        """Return how long ago the episode was started [s], 0 when idle."""
        return now - self._started if self.episode else 0.0

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
