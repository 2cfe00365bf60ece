# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""Node `recorder`: cameras, commands and an instruction to episode files."""

from __future__ import annotations

from pathlib import Path
import sys
import time

import rclpy
from rclpy.clock import Clock, ClockType
from rclpy.node import Node
from rclpy.qos import DurabilityPolicy, QoSProfile
from rclpy.signals import SignalHandlerOptions
from rclpy.utilities import remove_ros_args

from mobile_vla_core.dds_memory import remove_dead_segments
from mobile_vla_core.errors import MobileVlaError
from mobile_vla_core.images import use_one_thread
from mobile_vla_core.node_arguments import answer_arguments, warn_of_mistyped_parameters
from mobile_vla_core.node_end import NodeEnd
from mobile_vla_core.shutdown_signal import ShutdownSignal
from mobile_vla_msgs.msg import RecorderStatus

from .configuration import session_config
from .parameters import read_parameters
from .pause import Pause
from .record_action import RecordAction
from .recording.drop_warning import DropWarning
from .recording.endings import Ending
from .recording.hold_up import HoldUp
from .recording.recoveries import Recoveries
from .recording.session import RecordingSession
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
        metadata = {**self._parameter_values(), **streams.describe()}
        config = session_config(parameters, streams.cameras, streams.command_topic, metadata)
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
            self, self._session, pause, streams, self._report, self._refuse
        )
        self._action = RecordAction(self, self._session, self._requests, pause)
        steady = Clock(clock_type=ClockType.STEADY_TIME)
        self.create_timer(STATUS_PERIOD, self._publish_status, clock=steady)
        self.create_timer(WATCH_PERIOD, self._watch, clock=steady)
        warn_of_mistyped_parameters(self)
        self.get_logger().info(f'episodes go to {config.output}')
        self._recoveries = Recoveries(config.output, self._on_recovery)
        self._session.endings.unfinished = self._recoveries.add

    def close(self) -> None:
        """Keep a running episode: whoever ends the node has not said that it is worthless."""
        if self._session.recording:
            self._requests.end('unknown', 'the recorder was shut down')
        if self._session.saving:
            ending = self._requests.conclude()
            if ending.text:
                self.get_logger().error(ending.text)
        self._action.destroy()
        self._recoveries.close()
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

    def _on_recovery(self, part: Path, reason: str, path: Path | None, text: str) -> None:
        """Tell what became of a file that an earlier run, or this one, could not finish."""
        if path:
            self._session.on_episode(path)
        self._session.endings.recovered(part.name, text)
        self._message = f'after {reason or "a crash"}: {text}'
        self.get_logger().warning(self._message)

    def _watch(self) -> None:
        """End an episode that is due, tell of drops, and see whether the driver is there."""
        self._streams.watch_driver()
        if self._hold_up.look(time.monotonic()):
            self._session.on_hold_up(time.monotonic())
        if self._session.overdue(time.monotonic()):
            self._streams.drain()  # a camera whose pictures wait is not silent
        now, recording, saving = time.monotonic(), self._session.recording, self._session.saving
        if saving and saving.by_itself and saving.done:
            self._tell_end(self._requests.conclude(), saving.reason)
        if recording is None:
            return
        text = self._drops.update(recording.drops.late, now)
        if text:
            self.get_logger().warning(text)
        reason = self._session.overdue(now)
        if reason:
            self._requests.end('unknown', reason, by_itself=True)

    def _tell_end(self, ending: Ending, reason: str) -> None:
        if ending.saved:
            as_asked = reason == self._session.limit_reached
            self._report(f'{ending.name} was stopped and kept: {reason}', expected=as_asked)
        else:
            self._report(f'{reason}; {ending.text}')

    def _report(self, message: str, *, expected: bool = False) -> None:
        self._message, self._refusal = message, ''
        if message and expected:
            self.get_logger().info(message)
        elif message:
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


def main(args: list[str] | None = None) -> int:
    """Run until SIGINT or SIGTERM; a running episode is saved."""
    given = remove_ros_args(sys.argv if args is None else args)[1:]
    answer = answer_arguments('recorder', __doc__, given, read_parameters)
    if answer is not None:
        return answer
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
