# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""Teleop as a process in a pseudo-terminal, with a real recorder, over real DDS."""

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
import pytest
import rclpy
from rclpy.context import Context
from rclpy.executors import SingleThreadedExecutor
from rclpy.node import Node
from rclpy.qos import QoSProfile
from sensor_msgs.msg import Image, Joy

from mobile_vla_core.episodes import Episode
from mobile_vla_core.ros_domain import reserve_domain

HEIGHT, WIDTH = 24, 32
TIMEOUT = 20.0
PLAN = """
scenarios:
  - {name: left, count: 2, instructions: [go left, left please], minimum_seconds: 0.5}
  - {name: right, count: 1, instructions: [go right], minimum_seconds: 60}
"""


class Robot(Node):
    """Sees the commands, sends pictures and joystick messages."""

    def __init__(self, context: Context, command_type: type = Twist) -> None:
        super().__init__('robot', context=context)
        self._spinner = SingleThreadedExecutor(context=context)
        self._spinner.add_node(self)
        self.commands: list[tuple[float, float, float]] = []
        self.stamps: list[int] = []
        self.create_subscription(command_type, 'cmd_vel', self._on_command, QoSProfile(depth=100))
        self.images = self.create_publisher(Image, 'camera/image_raw', QoSProfile(depth=10))
        self.joy = self.create_publisher(Joy, 'joy', QoSProfile(depth=10))

    def _on_command(self, message: Twist | TwistStamped) -> None:
        if isinstance(message, TwistStamped):
            self.stamps.append(message.header.stamp.sec)
            message = message.twist
        self.commands.append((message.linear.x, message.linear.y, message.angular.z))

    def start_camera(self) -> None:
        """Send pictures until the recorder has surely seen some."""
        self.create_timer(0.05, self._send_picture)
        end = time.monotonic() + TIMEOUT
        while self.images.get_subscription_count() == 0:
            assert time.monotonic() < end
            self.spin(0.05)
        self.spin(1.0)

    def _send_picture(self) -> None:
        picture = np.full((HEIGHT, WIDTH, 3), 90, dtype=np.uint8)
        message = Image(height=HEIGHT, width=WIDTH, step=3 * WIDTH, encoding='rgb8')
        message.header.stamp = self.get_clock().now().to_msg()
        message.data = picture.tobytes()
        self.images.publish(message)

    def spin(self, seconds: float) -> None:
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            self._spinner.spin_once(timeout_sec=0.02)


class Driver:
    """Sits at a terminal in which teleop runs."""

    def __init__(self, robot: Robot, environment: dict[str, str], **parameters) -> None:
        self._robot = robot
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
            preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0),
        )
        self.output = ''

    def type(self, keys: str) -> None:
        os.write(self._master, keys.encode())

    def hold(self, key: str, seconds: float) -> None:
        """Type as a keyboard does: a delay, then thirty repeats a second."""
        self.type(key)
        self.wait(0.3)
        end = time.monotonic() + seconds - 0.3
        while time.monotonic() < end:
            self.type(key)
            self.wait(0.033)

    def wait(self, seconds: float) -> None:
        self._robot.spin(seconds)
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
        end = time.monotonic() + TIMEOUT
        while self.process.poll() is None:
            assert time.monotonic() < end
            self._robot.spin(0.05)
        self._robot.spin(0.2)
        return self.process.returncode

    def hang_up(self) -> None:
        for descriptor in (self._master, self.slave):
            with contextlib.suppress(OSError):
                os.close(descriptor)

    def close(self) -> None:
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        self.hang_up()


@pytest.fixture
def stack():
    with contextlib.ExitStack() as stack:
        yield stack


@pytest.fixture
def environment(stack) -> dict[str, str]:
    domain = stack.enter_context(reserve_domain())
    return {**os.environ, 'ROS_DOMAIN_ID': str(domain), 'TERM': 'xterm'}


@pytest.fixture
def sit_down(stack, environment):
    """Start teleop; returns the driver and the robot."""

    def begin(command_type: type = Twist, **parameters) -> tuple[Driver, Robot]:
        context = Context()
        rclpy.init(context=context, domain_id=int(environment['ROS_DOMAIN_ID']))
        stack.callback(rclpy.shutdown, context=context)
        robot = Robot(context, command_type)
        stack.callback(robot.destroy_node)
        driver = Driver(robot, environment, **parameters)
        stack.callback(driver.close)
        driver.wait_for('Mobile VLA teleop')
        end = time.monotonic() + TIMEOUT
        while robot.count_publishers('cmd_vel') == 0:
            assert time.monotonic() < end
            driver.wait(0.05)
        driver.wait(0.3)
        return driver, robot

    return begin


@pytest.fixture
def recorder(stack, environment, tmp_path) -> Path:
    """Start a recorder; returns the folder of its episodes."""
    output = tmp_path / 'episodes'
    arguments = ['-p', f'output:={output}', '-p', 'minimum_free_megabytes:=0']
    command = [sys.executable, '-m', 'mobile_vla_recorder.recorder_node', '--ros-args', *arguments]
    log = stack.enter_context((tmp_path / 'recorder.log').open('w'))
    process = subprocess.Popen(command, env=environment, stdout=log, stderr=log)
    stack.callback(process.wait)
    stack.callback(process.kill)
    return output


def test_keys_drive_and_a_release_stops(sit_down):
    driver, robot = sit_down(linear_speed=0.5, release_timeout=1.0, repeat_timeout=0.4)
    assert robot.commands == []
    driver.hold('w', 1.0)
    released = time.monotonic()
    while robot.commands[-1] != (0.0, 0.0, 0.0):
        driver.wait(0.01)
    assert time.monotonic() - released < 1.0
    driver.wait(0.5)
    moving = [command for command in robot.commands if command != (0.0, 0.0, 0.0)]
    assert set(moving) == {(0.5, 0.0, 0.0)}
    assert 15 <= len(moving) <= 40
    assert robot.commands[len(moving) :] == [(0.0, 0.0, 0.0)] * 5, 'zeros, then silence'

    driver.type('\x1b[D')
    driver.wait(0.2)
    assert robot.commands[-1] == (0.0, 0.5, 0.0), 'arrow left'
    driver.type(' ')
    driver.wait(0.2)
    assert robot.commands[-1] == (0.0, 0.0, 0.0), 'SPACE'
    driver.type('gt')
    driver.wait(0.2)
    assert robot.commands[-1] == pytest.approx((0.0, 0.0, -0.88))
    driver.type('\x1a\x1c\x13w')  # Ctrl-Z, Ctrl-\ and Ctrl-S must not stop, kill or freeze it
    driver.wait(0.3)
    assert robot.commands[-1] == pytest.approx((0.55, 0.0, 0.0))


@pytest.mark.parametrize('ending', ['Ctrl-C', 'Ctrl-D', 'SIGTERM'])
def test_every_end_sends_zero_last_and_puts_the_terminal_back(sit_down, ending):
    driver, robot = sit_down(TwistStamped, stamped=True, repeat_timeout=2.0)
    assert termios.tcgetattr(driver.slave) != driver.before
    driver.hold('r', 0.6)
    assert robot.commands[-1] == (0.0, 0.0, 0.8)
    assert min(robot.stamps) > 0
    if ending == 'SIGTERM':
        driver.process.send_signal(signal.SIGTERM)
    else:
        driver.type({'Ctrl-C': '\x03', 'Ctrl-D': '\x04'}[ending])
    assert driver.wait_for_end() == 0
    assert robot.commands[-5:] == [(0.0, 0.0, 0.0)] * 5
    assert termios.tcgetattr(driver.slave) == driver.before


def test_a_joystick_drives_with_its_dead_man_button_only(sit_down):
    _, robot = sit_down(joystick=True, joystick_timeout=0.8)
    for held, seen in ((0, []), (1, [(0.2, 0.0, 0.0)])):
        robot.commands.clear()
        for _ in range(5):
            robot.joy.publish(Joy(axes=[0.0, 0.5, 0.0, 0.0], buttons=[0, 0, 0, 0, held, 0, 0, 0]))
            robot.spin(0.1)
        assert sorted(set(robot.commands)) == seen
    robot.spin(1.2)
    assert robot.commands[-1] == (0.0, 0.0, 0.0), 'no message for 0.8 s'


def test_episodes_are_started_saved_and_discarded_by_keys(sit_down, recorder, tmp_path):
    plan = tmp_path / 'plan.yaml'
    plan.write_text(PLAN)
    driver, robot = sit_down(plan=plan, episodes=recorder)
    driver.wait_for('ready')
    driver.type('n')
    driver.wait_for('refused: no picture came')

    robot.start_camera()
    driver.type('n')
    driver.wait_for('recording: go left')
    driver.hold('w', 0.8)
    driver.type('m')
    driver.wait_for('saved as success')
    (path,) = recorder.glob('*.h5')
    with Episode(path) as episode:
        assert (episode.scenario, episode.instruction) == ('left', 'go left')
        assert episode.outcome == 'success'
        assert len(episode) >= 10
        assert episode.actions[:, 0].max() == pytest.approx(0.4)

    driver.type('n')
    driver.wait_for('recording: left please')
    driver.wait(0.6)
    driver.type('M')
    driver.wait_for('saved as failure')
    driver.wait_for('plan      1 of 3')

    driver.type('n')
    driver.wait_for('recording: left please')
    driver.type('x')
    driver.wait_for('the episode was discarded')
    driver.type('2n')
    driver.wait_for('recording: go right')
    driver.type('m')
    driver.wait_for('the plan asks for 60 s')
    outcomes = []
    for path in sorted(recorder.glob('*.h5')):
        with Episode(path) as episode:
            outcomes.append(episode.outcome)
    assert sorted(outcomes) == ['failure', 'success']
    assert list(recorder.glob('*.part')) == []


def test_a_dropped_terminal_stops_the_robot_and_keeps_the_running_episode(sit_down, recorder):
    driver, robot = sit_down(instruction='go', scenario='hall', repeat_timeout=2.0)
    driver.wait_for('ready')
    robot.start_camera()
    driver.type('n')
    driver.wait_for('recording: go')
    driver.hold('w', 0.5)
    assert robot.commands[-1] == (0.4, 0.0, 0.0)
    driver.hang_up()
    assert driver.wait_for_end() == 0
    assert robot.commands[-5:] == [(0.0, 0.0, 0.0)] * 5
    (path,) = recorder.glob('*.h5')
    with Episode(path) as episode:
        assert (episode.outcome, episode.scenario) == ('unknown', 'hall')


@pytest.mark.parametrize(
    ('parameters', 'sentence'),
    [
        ({'plan': '/nowhere.yaml'}, 'teleop: the plan /nowhere.yaml cannot be read'),
        ({'plan': 'unheard_of'}, 'unheard_of.yaml cannot be read'),
        ({'rate': 1000.0}, 'rate'),
        ({'rate': 20}, 'expected a value of type float, such as 20.0'),
        ({}, 'standard input is no terminal'),
    ],
)
def test_a_wrong_start_is_one_sentence_and_exit_code_1(environment, parameters, sentence):
    values = [part for key, value in parameters.items() for part in ('-p', f'{key}:={value}')]
    arguments = ['--ros-args', '-p', f'joystick:={bool(parameters)}', *values]
    ended = subprocess.run(
        [sys.executable, '-m', 'mobile_vla_recorder.teleop_node', *arguments],
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=TIMEOUT,
    )
    assert ended.returncode == 1
    assert sentence in ended.stderr
    assert 'Traceback' not in ended.stderr
