# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""Teleop as a process at a pseudo-terminal, and a robot that sees its commands over real DDS."""

from __future__ import annotations

from collections.abc import Callable
import contextlib
import fcntl
import os
from pathlib import Path
import pty
import select
import signal
import subprocess
import sys
import termios
import time

from geometry_msgs.msg import Twist, TwistStamped
import numpy as np
from rclpy.context import Context
from rclpy.executors import SingleThreadedExecutor
from rclpy.node import Node
from rclpy.qos import DurabilityPolicy, QoSProfile
from sensor_msgs.msg import Image, Joy

from mobile_vla_core.episodes import Episode
from mobile_vla_msgs.msg import DriverEvent

HEIGHT, WIDTH = 24, 32
TIMEOUT = 20.0
ZERO = (0.0, 0.0, 0.0)
AHEAD = (0.4, 0.0, 0.0)
PLAN = """
scenarios:
  - {name: left, count: 2, instructions: [go left, left please], minimum_seconds: 0.2}
  - {name: right, count: 1, instructions: [go right], minimum_seconds: 60}
"""
PATIENT = {'release_timeout': 2.0, 'repeat_timeout': 1.0}
"""So that a busy machine does not make a held key look released."""
EVENTS_QOS = QoSProfile(depth=100, durability=DurabilityPolicy.TRANSIENT_LOCAL)


class Robot(Node):
    """Sees the commands and the events, sends pictures and joystick messages."""

    def __init__(self, context: Context, command_type: type = Twist) -> None:
        super().__init__('robot', context=context)
        self._spinner = SingleThreadedExecutor(context=context)
        self._spinner.add_node(self)
        self.commands: list[tuple[float, float, float]] = []
        self.stamps: list[float] = []
        self.events: list[DriverEvent] = []
        self.stick: Joy | None = None
        """What the joystick repeats; None for a silent one."""
        self.create_subscription(command_type, 'cmd_vel', self._on_command, QoSProfile(depth=100))
        self.create_subscription(DriverEvent, 'driver_event', self.events.append, EVENTS_QOS)
        self.images = self.create_publisher(Image, 'camera/image_raw', QoSProfile(depth=10))
        self.joy = self.create_publisher(Joy, 'joy', QoSProfile(depth=10))
        self.create_timer(0.05, self._send_stick)

    def _on_command(self, message: Twist | TwistStamped) -> None:
        if isinstance(message, TwistStamped):
            self.stamps.append(seconds(message.header.stamp))
            message = message.twist
        self.commands.append((message.linear.x, message.linear.y, message.angular.z))

    def _send_stick(self) -> None:
        if self.stick is not None:
            self.joy.publish(self.stick)

    def start_camera(self) -> None:
        """Send pictures until the recorder has surely seen some."""
        self.create_timer(0.05, self._send_picture)
        self.wait_until(lambda: self.images.get_subscription_count() > 0)
        self.spin(1.0)

    def _send_picture(self) -> None:
        picture = np.full((HEIGHT, WIDTH, 3), 90, dtype=np.uint8)
        message = Image(height=HEIGHT, width=WIDTH, step=3 * WIDTH, encoding='rgb8')
        message.header.stamp = self.get_clock().now().to_msg()
        message.data = picture.tobytes()
        self.images.publish(message)

    def spin(self, period: float) -> None:
        end = time.monotonic() + period
        while time.monotonic() < end:
            self._spinner.spin_once(timeout_sec=0.02)

    def wait_until(self, condition: Callable[[], bool]) -> None:
        end = time.monotonic() + TIMEOUT
        while not condition():
            assert time.monotonic() < end, self.commands[-3:]
            self.spin(0.02)

    def wait_for_command(self, command: tuple[float, float, float]) -> None:
        """Wait until a command that comes after this call is this one."""
        self.commands.clear()
        rounded = [round(part, 6) for part in command]
        self.wait_until(
            lambda: rounded in ([round(part, 6) for part in found] for found in self.commands)
        )

    def wait_for_event(self, text: str) -> DriverEvent:
        """Wait until the newest event has this text."""
        self.wait_until(lambda: bool(self.events) and self.events[-1].text == text)
        return self.events[-1]


class Driver:
    """
    Sits at a terminal in which teleop runs.

    :param controlling: the terminal is that of the process, so that it is told of a hang-up
    """

    def __init__(
        self, robot: Robot, environment: dict[str, str], controlling: bool = True, **parameters
    ) -> None:
        self.robot = robot
        self._master, self.slave = pty.openpty()
        self.before = termios.tcgetattr(self.slave)
        values = [part for key, value in parameters.items() for part in ('-p', f'{key}:={value}')]
        command = [sys.executable, '-m', 'mobile_vla_recorder.teleop_node', '--ros-args', *values]
        self.process = subprocess.Popen(
            command,
            env=environment,
            stdin=self.slave,
            stdout=self.slave,
            stderr=self.slave,
            start_new_session=True,
            preexec_fn=lambda: controlling and fcntl.ioctl(0, termios.TIOCSCTTY, 0),
        )
        self.output = ''

    def type(self, keys: str) -> None:
        os.write(self._master, keys.encode())

    def hold(self, key: str, condition: Callable[[], bool]) -> None:
        """Type as a keyboard does, a delay and then thirty repeats a second, until it is so."""
        self.type(key)
        self.wait(0.3)
        end = time.monotonic() + TIMEOUT
        while not condition():
            assert time.monotonic() < end, self.output[-3000:]
            self.type(key)
            self.wait(0.033)

    def drive(self, key: str, command: tuple[float, float, float]) -> None:
        """Hold a key until it has sent ten more of these commands."""
        commands = self.robot.commands
        wanted = commands.count(command) + 10
        self.hold(key, lambda: commands.count(command) >= wanted)

    def wait(self, period: float) -> None:
        self.robot.spin(period)
        while select.select([self._master], [], [], 0)[0]:
            try:
                self.output += os.read(self._master, 65536).decode(errors='replace')
            except OSError:
                return

    def wait_for(self, text: str) -> None:
        """Wait until a drawing that comes after this call shows the text."""
        self.output = ''
        end = time.monotonic() + TIMEOUT
        while text not in self.output:
            assert time.monotonic() < end, self.output[-3000:]
            assert self.process.poll() is None, self.output[-3000:]
            self.wait(0.05)

    def wait_for_end(self) -> int:
        self.robot.wait_until(lambda: self.process.poll() is not None)
        self.robot.spin(0.2)
        return self.process.returncode

    def stop_process(self) -> None:
        """Stop the process as Ctrl-Z would, and take what it sent before."""
        self.process.send_signal(signal.SIGSTOP)
        status = Path(f'/proc/{self.process.pid}/stat')
        self.robot.wait_until(lambda: status.read_text().rsplit(')', 1)[1].split()[0] == 'T')
        self.robot.spin(0.3)

    def hang_up(self) -> None:
        for descriptor in (self._master, self.slave):
            with contextlib.suppress(OSError):
                os.close(descriptor)

    def close(self) -> None:
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        self.hang_up()


def seconds(stamp) -> float:
    """Return a stamp of a message in seconds."""
    return stamp.sec + stamp.nanosec * 1e-9


def labels(path: Path) -> tuple[str, str, str]:
    """Return scenario, instruction and outcome of an episode."""
    with Episode(path) as episode:
        return episode.scenario, episode.instruction, episode.outcome
