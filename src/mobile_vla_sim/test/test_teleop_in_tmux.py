# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""Teleop in tmux as a new user drives it: the simulated robot, the recorder, real keys."""

from collections.abc import Callable
import contextlib
import os
from pathlib import Path
import shutil
import signal
import subprocess
import sys
import time

from geometry_msgs.msg import Twist
import pytest
import rclpy
from rclpy.context import Context
from rclpy.executors import SingleThreadedExecutor
from rclpy.qos import QoSProfile

from mobile_vla_core.episodes import Episode
from mobile_vla_core.ros_domain import reserve_domain
from mobile_vla_msgs.msg import SimulationState

# Humble does not tell when a publisher is matched.
SubscriptionEventCallbacks = pytest.importorskip('rclpy.event_handler').SubscriptionEventCallbacks

TIMEOUT = 30.0
PLAN = """
minimum_seconds: 0.5
scenarios:
  - {name: 1box_vert_left, count: 2, instructions: [go left]}
  - {name: 1box_vert_right, count: 2, instructions: [go right]}
"""
ZERO = (0.0, 0.0, 0.0)


class Desk:
    """A terminal of 80 by 24 in tmux with teleop in it, and a look at the robot."""

    def __init__(self, stack: contextlib.ExitStack, folder: Path) -> None:
        domain = stack.enter_context(reserve_domain())
        self._environment = {**os.environ, 'ROS_DOMAIN_ID': str(domain), 'LC_ALL': 'C.UTF-8'}
        self._socket = str(folder / 'tmux')
        self._stack = stack
        self.commands: list[tuple[float, float, float]] = []
        self.poses: list[tuple[float, float, float]] = []
        context = Context()
        rclpy.init(context=context, domain_id=domain)
        stack.callback(rclpy.shutdown, context=context)
        node = rclpy.create_node('onlooker', context=context)
        stack.callback(node.destroy_node)
        self._spinner = SingleThreadedExecutor(context=context)
        self._spinner.add_node(node)
        self._drivers = 0
        node.create_subscription(
            Twist,
            'cmd_vel',
            self._on_command,
            QoSProfile(depth=100),
            event_callbacks=SubscriptionEventCallbacks(matched=self._on_driver),
        )
        node.create_subscription(
            SimulationState, 'sim/state', self._on_state, QoSProfile(depth=10)
        )

    def _on_command(self, message: Twist) -> None:
        self.commands.append((message.linear.x, message.linear.y, message.angular.z))

    def _on_driver(self, info) -> None:
        self._drivers = info.current_count

    def _on_state(self, message: SimulationState) -> None:
        self.poses.append((message.robot_x, message.robot_y, message.robot_yaw))

    def start(self, module: str, **parameters) -> None:
        command = _command(module, parameters)
        process = subprocess.Popen(command, env=self._environment, stderr=subprocess.DEVNULL)
        self._stack.callback(process.wait)
        self._stack.callback(process.kill)

    def sit_down(self, **parameters) -> None:
        command = _command('mobile_vla_recorder.teleop_node', parameters)
        self.tmux('new-session', '-d', '-s', 'drive', '-x', '80', '-y', '24', *command)
        self._stack.callback(self.tmux, 'kill-server', check=False)
        # Discovery can take seconds, during which somebody else already drives by these commands.
        self.wait_until(lambda: self._drivers > 0)

    def tmux(self, *arguments: str, check: bool = True) -> str:
        command = ['tmux', '-u', '-f', '/dev/null', '-S', self._socket, *arguments]
        done = subprocess.run(
            command, env=self._environment, check=check, capture_output=True, text=True
        )
        return done.stdout

    def type(self, key: str) -> None:
        self.tmux('send-keys', '-t', 'drive', key)

    def spin(self, period: float) -> None:
        end = time.monotonic() + period
        while time.monotonic() < end:
            self._spinner.spin_once(timeout_sec=0.02)

    def wait_until(self, condition: Callable[[], bool]) -> None:
        end = time.monotonic() + TIMEOUT
        while not condition():
            assert time.monotonic() < end, self.tmux('capture-pane', '-p', '-t', 'drive')
            self.spin(0.05)

    def wait_for(self, text: str) -> None:
        self.wait_until(lambda: text in self.tmux('capture-pane', '-p', '-t', 'drive'))

    def drive(self, key: str, distance: float) -> None:
        """Hold a key until the simulated robot has gone so far [m]."""
        self.wait_until(lambda: bool(self.poses))
        begin = self.poses[-1]

        def far() -> bool:
            self.type(key)
            x, y = self.poses[-1][:2]
            return (x - begin[0]) ** 2 + (y - begin[1]) ** 2 > distance**2

        self.wait_until(far)

    def stands(self) -> bool:
        return len(self.poses) > 5 and len(set(self.poses[-5:])) == 1


def _command(module: str, parameters: dict) -> list[str]:
    values = [part for key, value in parameters.items() for part in ('-p', f'{key}:={value}')]
    return [sys.executable, '-m', module, '--ros-args', *values]


@pytest.fixture
def desk(tmp_path):
    if shutil.which('tmux') is None:
        pytest.skip('tmux is not installed: install it (apt-get install tmux) and run this again')
    with contextlib.ExitStack() as stack:
        desk = Desk(stack, tmp_path)
        desk.start('mobile_vla_sim.sim_node', seed=3)
        yield desk


def labels(path: Path) -> tuple[str, str]:
    with Episode(path) as episode:
        return episode.scenario, episode.outcome


def test_a_new_user_drives_records_saves_relabels_and_undoes(desk, tmp_path):
    plan, output = tmp_path / 'plan.yaml', tmp_path / 'episodes'
    plan.write_text(PLAN)
    desk.start(
        'mobile_vla_recorder.recorder_node', output=output, plan=plan, minimum_free_megabytes=0
    )
    desk.sit_down(plan=plan)
    desk.wait_for('0 of 4 episodes, suggested next: 1 1box_vert_left')
    desk.wait_until(lambda: bool(desk.poses))

    desk.type('n')
    desk.wait_for('recording: go left')
    desk.wait_for('REC')
    desk.drive('w', 0.2)
    desk.wait_until(lambda: desk.commands[-1] == ZERO and desk.stands())
    desk.type('m')
    desk.wait_for('saved as success')
    desk.wait_for('1 of 4 episodes')
    (path,) = output.glob('*.h5')
    assert labels(path) == ('1box_vert_left', 'success')
    with Episode(path) as episode:
        assert episode.actions[:, 0].max() == pytest.approx(0.4)
        assert episode.actions[-1, 0] == 0.0

    desk.type('p')
    desk.wait_for('is now failure')
    desk.wait_for('0 of 4 episodes')
    assert labels(path) == ('1box_vert_left', 'failure')
    desk.type('u')
    desk.wait_for('1 of 4 episodes')
    assert labels(path) == ('1box_vert_left', 'success')

    desk.drive('w', 0.05)
    desk.commands.clear()
    desk.tmux('kill-server')  # as when the machine that runs tmux logs the user out
    desk.wait_until(lambda: desk.commands[-5:] == [ZERO] * 5)


def test_the_base_stops_by_itself_when_teleop_is_killed(desk):
    desk.sit_down(release_timeout=2.0, repeat_timeout=2.0)
    desk.wait_for('Mobile VLA teleop')
    desk.drive('w', 0.2)
    pid = int(desk.tmux('list-panes', '-t', 'drive', '-F', '#{pane_pid}'))
    os.kill(pid, signal.SIGKILL)
    desk.wait_until(desk.stands)
    assert desk.commands[-1] != ZERO, 'nobody told it to'
