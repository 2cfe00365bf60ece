# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""Tests for guard_node.py, through its process and DDS."""

from collections import deque
import os
import pty
import signal
import subprocess
import sys
import termios
import time

from builtin_interfaces.msg import Time
from geometry_msgs.msg import Twist
import pytest
import rclpy
from rclpy.context import Context
from rclpy.executors import SingleThreadedExecutor
from rclpy.node import Node
from rosgraph_msgs.msg import Clock

from mobile_vla_core.ros_domain import reserve_domain

PATIENCE = 30.0
PERIOD = 0.05
AHEAD = 0.5
LIMIT = 0.2
"""From the last command to zero [s]."""


class GuardRig:
    """A guard in its own process, with what stands for policy and base around it."""

    def __init__(self, domain: int, *options: str, terminal: int = subprocess.PIPE) -> None:
        self._context = Context()
        rclpy.init(context=self._context, domain_id=domain)
        self.node = Node('rig', context=self._context)
        self._executor = SingleThreadedExecutor(context=self._context)
        self._executor.add_node(self.node)
        self.seen: deque[float] = deque(maxlen=1000)
        self.times: deque[float] = deque(maxlen=1000)
        self.commanded = 0.0
        self.running, self._simulated = True, 100.0
        self.node.create_subscription(Twist, 'cmd_vel', self._on_command, 10)
        self._commands = self.node.create_publisher(Twist, 'cmd_vel_policy', 1)
        command = [sys.executable, '-m', 'mobile_vla_policy.guard_node', '--ros-args', *options]
        environment = dict(os.environ, ROS_DOMAIN_ID=str(domain))
        environment['PYTHONPATH'] = os.pathsep.join(path for path in sys.path if path)
        self.process = subprocess.Popen(
            command, env=environment, stdout=terminal, stderr=subprocess.STDOUT, text=True
        )

    def simulated_time(self) -> Time:
        """Return the time of a simulation, which goes on while `running`."""
        self._simulated += 0.01 if self.running else 0.0
        return Time(sec=int(self._simulated), nanosec=int(self._simulated % 1.0 * 1e9))

    def close(self) -> str:
        """End the guard and return what it wrote."""
        self.process.send_signal(signal.SIGTERM)
        output = self.process.communicate(timeout=PATIENCE)[0]
        self._executor.shutdown()
        self.node.destroy_node()
        rclpy.shutdown(context=self._context)
        return output

    def spin(self, seconds: float) -> None:
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0.0:
            self._executor.spin_once(timeout_sec=left)

    def command(self, speed: float) -> None:
        """Publish a speed once, then give everybody a period."""
        twist = Twist()
        twist.linear.x = speed
        self.commanded = time.monotonic()
        self._commands.publish(twist)
        self.spin(PERIOD)

    def drive(self, speed: float, condition) -> None:
        """Command a speed at 20 Hz until a condition holds."""
        deadline = time.monotonic() + PATIENCE
        while not condition():
            assert time.monotonic() < deadline, f'waited in vain; last: {list(self.seen)[-5:]}'
            self.command(speed)

    def start(self, speed: float = AHEAD, given: float = AHEAD) -> None:
        """Drive from a stop until the base is given a speed; again if there was a gap."""
        deadline = time.monotonic() + PATIENCE
        self.seen.clear()
        self.times.clear()
        while given not in self.seen:
            assert time.monotonic() < deadline, f'waited in vain; last: {list(self.seen)[-5:]}'
            for command in (0.0, 0.0, speed, speed):
                self.command(command)

    def seconds_to_zero(self) -> float:
        """Give no more commands; return the time from the last one to the first zero [s]."""
        before = len(self.seen)
        self.spin(0.6)
        given = list(zip(self.times, self.seen, strict=True))[before:]
        assert given[-1][1] == 0.0
        assert [speed for _, speed in given].count(0.0) > 5
        return next(when for when, speed in given if speed == 0.0) - self.commanded

    def _on_command(self, message: Twist) -> None:
        self.times.append(time.monotonic())
        self.seen.append(message.linear.x)


def fastest_zero(rig):
    """Return the shortest of a few times to zero: a busy machine may make some longer [s]."""
    found = []
    while not found or (min(found) > LIMIT and len(found) < 5):
        rig.start()
        found.append(rig.seconds_to_zero())
    return min(found)


@pytest.fixture(scope='module')
def rig():
    with reserve_domain() as domain:
        rig = GuardRig(domain)
        yield rig
        assert 'Traceback' not in rig.close()
        assert rig.process.returncode == 0


def test_zeros_come_before_any_command_and_commands_pass_after_a_zero(rig):
    rig.drive(AHEAD, lambda: rig.seen.count(0.0) > 5)
    assert AHEAD not in rig.seen, 'a drive that does not begin with zero is not passed on'
    rig.start()


def test_zeros_come_by_themselves_within_a_fifth_of_a_second_when_the_commands_end(rig):
    assert fastest_zero(rig) <= LIMIT


def test_zeros_come_in_real_time_when_the_clock_of_a_simulation_stops():
    with reserve_domain() as domain:
        rig = GuardRig(domain, '-p', 'use_sim_time:=true')
        clock = rig.node.create_publisher(Clock, '/clock', 1)
        rig.node.create_timer(0.01, lambda: clock.publish(Clock(clock=rig.simulated_time())))
        rig.start()
        rig.running = False
        rig.seen.clear()
        rig.drive(AHEAD, lambda: rig.seen and rig.seen[-1] == 0.0)
        rig.spin(0.5)
        assert rig.seen.count(0.0) > 5
        rig.running = True
        rig.start()
        assert 'the time on /clock has stood still' in rig.close()


def test_a_terminal_that_takes_no_output_does_not_keep_zeros_from_coming():
    leader, terminal = pty.openpty()
    with reserve_domain() as domain:
        rig = GuardRig(domain, terminal=terminal)
        rig.start()
        termios.tcflow(terminal, termios.TCOOFF)  # What Ctrl-S does.
        assert fastest_zero(rig) <= LIMIT
        termios.tcflow(terminal, termios.TCOON)
        rig.close()
    os.close(terminal)
    os.close(leader)


def test_a_speed_is_limited(rig):
    rig.start(speed=100.0, given=1.5)
    assert max(rig.seen) == 1.5


def test_a_second_publisher_stops_the_base_until_it_is_gone(rig):
    rig.start()
    second = rig.node.create_publisher(Twist, 'cmd_vel_policy', 1)
    rig.drive(AHEAD, lambda: rig.seen[-1] == 0.0)
    rig.seen.clear()
    rig.drive(AHEAD, lambda: len(rig.seen) > 20)
    assert set(rig.seen) == {0.0}
    rig.node.destroy_publisher(second)
    rig.start()


@pytest.mark.parametrize('number', [signal.SIGINT, signal.SIGTERM])
def test_zero_is_the_last_word_on_a_signal(number):
    with reserve_domain() as domain:
        rig = GuardRig(domain, '-p', 'timeout:=5.0')
        rig.start()
        rig.process.send_signal(number)
        rig.drive(AHEAD, lambda: rig.process.poll() is not None)
        rig.spin(0.2)
        assert rig.seen[-1] == 0.0
        assert rig.process.returncode == 0
        rig.close()


def test_a_parameter_out_of_range_is_one_sentence():
    with reserve_domain() as domain:
        rig = GuardRig(domain, '-p', 'timeout:=0.0')
        output = rig.process.communicate(timeout=PATIENCE)[0]
        assert rig.process.returncode == 1
        assert output.startswith('guard: ')
        assert len(output.splitlines()) == 1
        rig.close()
