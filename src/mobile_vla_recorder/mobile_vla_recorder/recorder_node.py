# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""Node `recorder`: cameras, commands and an instruction to episode files."""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
import sys
import threading
import time

from ament_index_python.packages import get_package_share_directory
import rclpy
from rclpy.clock import Clock, ClockType
from rclpy.node import Node
from rclpy.qos import DurabilityPolicy, QoSProfile
from rclpy.signals import SignalHandlerOptions

from mobile_vla_core.dds_memory import remove_dead_segments
from mobile_vla_core.episodes import find_unfinished, recover
from mobile_vla_core.errors import MobileVlaError
from mobile_vla_core.images import use_one_thread
from mobile_vla_core.node_end import NodeEnd
from mobile_vla_core.shutdown_signal import ShutdownSignal
from mobile_vla_msgs.msg import RecorderStatus

from .parameters import read_parameters, RecorderParameters
from .pause import Pause
from .plan.collection_plan import CollectionPlan, plan_path, read_plan
from .record_action import RecordAction
from .recording.drop_warning import DropWarning
from .recording.hold_up import HoldUp
from .recording.quality import QualityLimits
from .recording.session import RecordingSession
from .recording.session_config import MEGABYTE, SessionConfig
from .recording.start_conditions import check_output
from .services import RecorderServices
from .status_message import status_message
from .streams import Streams

STATUS_PERIOD = 0.5
WATCH_PERIOD = 0.1
REFUSAL_SECONDS = 5.0
"""A refused request is told in the status for so long: it is no lasting trouble [s]."""


class RecorderNode(Node):
    """Ties topics, services and the action to a RecordingSession."""

    def __init__(self, **kwargs) -> None:
        super().__init__('recorder', **kwargs)
        parameters = read_parameters(self)
        streams = Streams(self, parameters)
        config = _session_config(parameters, {**self._parameter_values(), **streams.describe()})
        self._session = RecordingSession(config)
        self._streams = streams
        streams.feed(self._session)
        self._message = ''
        self._refusal = ''
        self._refused_at = 0.0
        self._drops = DropWarning()
        self._hold_up = HoldUp()
        latched = QoSProfile(depth=1, durability=DurabilityPolicy.TRANSIENT_LOCAL)
        self._status = self.create_publisher(RecorderStatus, '~/status', latched)
        pause = Pause(self)
        self._requests = RecorderServices(
            self, self._session, pause, streams.drain, self._report, self._refuse
        )
        self._action = RecordAction(self, self._session, self._requests, pause)
        steady = Clock(clock_type=ClockType.STEADY_TIME)
        self.create_timer(STATUS_PERIOD, self._publish_status, clock=steady)
        self.create_timer(WATCH_PERIOD, self._watch, clock=steady)
        self.get_logger().info(f'episodes go to {config.output}')
        self._recovery = threading.Thread(target=self._recover, name='recovery', daemon=True)
        self._recovery.start()

    def close(self) -> None:
        """Keep a running episode: whoever ends the node has not said that it is worthless."""
        try:
            if self._session.recording:
                self._requests.stop('unknown', 'the recorder was shut down')
        except MobileVlaError as error:
            self.get_logger().error(str(error))
        self._action.destroy()
        self._session.close()

    def _parameter_values(self) -> dict[str, str | float | int | bool]:
        values = {
            name: parameter.value for name, parameter in self.get_parameters_by_prefix('').items()
        }
        plain = (str, float, int, bool)
        return {
            f'parameter.{name}': value if isinstance(value, plain) else str(value)
            for name, value in values.items()
        }

    def _recover(self) -> None:
        """Finish what an earlier run left when it was killed."""
        for part in find_unfinished(self._session.config.output):
            try:
                report = recover(part)
                text = report.text
                if report.path:
                    self._session.on_episode(report.path)
            except MobileVlaError as error:
                text = str(error)
            self.get_logger().warning(f'after a crash: {text}')
            self._message = f'after a crash: {text}'

    def _watch(self) -> None:
        """End an episode that is due, tell of drops, and see whether the driver is there."""
        self._streams.watch_driver()
        if self._hold_up.look(time.monotonic()):
            self._session.on_hold_up(time.monotonic())
        if self._session.overdue(time.monotonic()):
            self._streams.drain()  # a camera whose pictures wait is not silent
        now, recording = time.monotonic(), self._session.recording
        if recording is None:
            return
        text = self._drops.update(recording.late, now)
        if text:
            self.get_logger().warning(text)
        reason = self._session.overdue(now)
        if not reason:
            return
        try:
            saved = self._requests.stop('unknown', reason, by_itself=True)
            self._report(f'{saved.path.name} was stopped and kept: {reason}')
        except MobileVlaError as error:
            self._report(f'{reason}; {error}')

    def _report(self, message: str) -> None:
        self._message, self._refusal = message, ''
        if message:
            self.get_logger().error(message)
        self._publish_status()

    def _refuse(self, message: str) -> None:
        self._refusal, self._refused_at = message, time.monotonic()
        self.get_logger().error(message)
        self._publish_status()

    def _publish_status(self) -> None:
        now, stamp = time.monotonic(), self.get_clock().now().to_msg()
        if now - self._refused_at > REFUSAL_SECONDS:
            self._refusal = ''
        message = self._refusal or self._message
        self._status.publish(status_message(self._session, message, now, stamp))


def _session_config(
    parameters: RecorderParameters, metadata: dict[str, str | float | int | bool]
) -> SessionConfig:
    output = Path(parameters.output).expanduser().absolute()
    check_output(output)
    return SessionConfig(
        output=output,
        cameras=parameters.cameras,
        cmd_vel_topic=parameters.cmd_vel_topic,
        robot=parameters.robot,
        jpeg_quality=parameters.jpeg_quality,
        camera_timeout=parameters.camera_timeout,
        require_commands=parameters.require_commands,
        command_timeout=parameters.command_timeout,
        time_limit=parameters.time_limit,
        pre_roll=parameters.pre_roll,
        queue_bytes=parameters.queue_megabytes * MEGABYTE,
        minimum_free_bytes=parameters.minimum_free_megabytes * MEGABYTE,
        plan=_plan(parameters.plan),
        quality=QualityLimits(expected_rate=parameters.expected_rate),
        minimum_quality=parameters.minimum_quality,
        software=f'mobile_vla_recorder {_version()}',
        metadata=metadata,
    )


def _plan(plan: str) -> CollectionPlan | None:
    if not plan:
        return None
    shipped = Path(get_package_share_directory('mobile_vla_recorder')) / 'plans'
    return read_plan(plan_path(plan, shipped))


def _version() -> str:
    try:
        return version('mobile_vla_recorder')
    except PackageNotFoundError:
        return 'of unknown version'


def main(args: list[str] | None = None) -> int:
    """Run until SIGINT or SIGTERM; a running episode is saved."""
    use_one_thread()
    remove_dead_segments()
    finished = NodeEnd()
    with ShutdownSignal(lambda: finished.set_result(None)):
        rclpy.init(args=args, signal_handler_options=SignalHandlerOptions.NO)
        try:
            node = RecorderNode()
            try:
                rclpy.spin_until_future_complete(node, finished)
            finally:
                node.close()
                node.destroy_node()
        except MobileVlaError as error:
            print(f'recorder: {error}', file=sys.stderr)
            return 1
        finally:
            rclpy.try_shutdown()
    return 0


if __name__ == '__main__':
    sys.exit(main())
