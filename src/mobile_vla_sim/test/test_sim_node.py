# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""Tests for sim_node.py, over DDS with the installed program."""

import math
import signal
import time

from geometry_msgs.msg import Twist, TwistStamped
from nav_msgs.msg import Odometry
import numpy as np
import pytest
from rcl_interfaces.srv import GetParameters
import rclpy
from rclpy.context import Context
from rclpy.executors import SingleThreadedExecutor
from rclpy.node import Node
from rosgraph_msgs.msg import Clock
from sensor_msgs.msg import CameraInfo, Image

from mobile_vla_core.ros_domain import reserve_domain
from mobile_vla_msgs.msg import SimulationState
from mobile_vla_msgs.srv import ResetSimulation
from mobile_vla_sim.process import find_executable, Process
from mobile_vla_sim.world import World

TIMEOUT = 30.0


class Probe:
    """Hears everything that the simulator says, and answers."""

    def __init__(self, domain, command_type):
        self.context = Context()
        rclpy.init(context=self.context, domain_id=domain)
        self.node = Node('probe', context=self.context)
        self.executor = SingleThreadedExecutor(context=self.context)
        self.executor.add_node(self.node)
        self.heard = {}
        for topic, kind in {
            'camera/image_raw': Image,
            'camera/camera_info': CameraInfo,
            'odom': Odometry,
            'sim/state': SimulationState,
            '/clock': Clock,
        }.items():
            messages = self.heard[topic] = []
            self.node.create_subscription(kind, topic, messages.append, 50)
        self.commands = self.node.create_publisher(command_type, 'cmd_vel', 10)
        self.client = self.node.create_client(ResetSimulation, 'sim/reset')
        assert self.client.wait_for_service(TIMEOUT)
        self.wait(lambda: self.node.count_subscribers('cmd_vel') == 1)
        self.wait(lambda: all(self.node.count_publishers(t) for t in self.topics))

    @property
    def topics(self):
        return ['camera/image_raw', 'camera/camera_info', 'odom', 'sim/state']

    def close(self):
        self.executor.shutdown()
        self.node.destroy_node()
        rclpy.shutdown(context=self.context)

    def wait(self, condition, timeout=TIMEOUT):
        deadline = time.monotonic() + timeout
        while not condition():
            assert time.monotonic() < deadline
            self.executor.spin_once(timeout_sec=0.05)

    def spin(self, seconds):
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            self.executor.spin_once(timeout_sec=0.05)

    def reset(self, **request):
        future = self.client.call_async(ResetSimulation.Request(**request))
        self.wait(future.done)
        return future.result()

    def first_state(self, scenario, seed):
        """Reset until the first state of the episode arrives, and return it."""
        states = self.heard['sim/state']
        for _ in range(10):
            states.clear()
            assert self.reset(scenario=scenario, seed=seed).success
            self.spin(0.3)
            if states and states[-1].scenario == scenario and states[-1].step == 0:
                return states[-1]
        raise AssertionError('no state after ten resets')


def _simulate(tmp_path, domain, **parameters):
    command = [find_executable('mobile_vla_sim', 'sim'), '--ros-args']
    for name, value in parameters.items():
        command += ['-p', f'{name}:={value}']
    return Process('sim', command, tmp_path / 'sim.log', {'ROS_DOMAIN_ID': str(domain)})


def _seconds(stamp):
    return stamp.sec + stamp.nanosec * 1e-9


@pytest.fixture
def lock_step(tmp_path):
    parameters = {'mode': 'lock_step', 'stamped': 'true'}
    with reserve_domain() as domain, _simulate(tmp_path, domain, **parameters) as process:
        probe = Probe(domain, TwistStamped)
        yield probe, process
        probe.close()


@pytest.fixture
def real_time(tmp_path):
    with reserve_domain() as domain, _simulate(tmp_path, domain) as process:
        probe = Probe(domain, Twist)
        yield probe, process
        probe.close()


def test_the_parameters_can_be_read_while_it_runs(lock_step):
    probe, process = lock_step
    client = probe.node.create_client(GetParameters, 'sim/get_parameters')
    assert client.wait_for_service(TIMEOUT)
    future = client.call_async(GetParameters.Request(names=['mode', 'stamped', 'camera_rate']))
    probe.wait(future.done)
    mode, stamped, rate = future.result().values
    assert (mode.string_value, stamped.bool_value, rate.double_value) == ('lock_step', True, 10.0)
    assert process.running


def test_lock_step_moves_on_only_when_a_frame_is_answered(lock_step):
    probe, _ = lock_step
    state = probe.first_state('1box_vert_left', 5)
    states, images = probe.heard['sim/state'], probe.heard['camera/image_raw']
    stamps = [_seconds(state.header.stamp)]
    for step in range(1, 6):
        command = TwistStamped()
        command.header.stamp = state.header.stamp
        command.twist.linear.x = 0.5
        probe.commands.publish(command)
        probe.wait(lambda: states[-1].step == step)  # noqa: B023
        state = states[-1]
        stamps.append(_seconds(state.header.stamp))
    np.testing.assert_allclose(np.diff(stamps), 0.1, atol=1e-9)

    probe.commands.publish(command)  # answers the frame before: too late
    probe.spin(0.5)
    assert states[-1].step == 5

    probe.wait(lambda: _seconds(images[-1].header.stamp) == stamps[-1])
    world = World()
    world.reset('1box_vert_left', 5)
    for _ in range(5):
        world.command([0.5, 0.0, 0.0])
        world.advance(0.1)
    image = images[-1]
    assert (image.height, image.width, image.encoding, image.step) == (90, 160, 'rgb8', 480)
    assert bytes(image.data) == world.render().tobytes()
    assert (state.robot_x, state.robot_y) == pytest.approx((world.base.pose.x, world.base.pose.y))
    assert _seconds(probe.heard['/clock'][-1].clock) == stamps[-1]
    odometry = probe.heard['odom'][-1]
    assert odometry.pose.pose.position.x == pytest.approx(
        math.hypot(state.robot_x - world.scene.start.x, state.robot_y - world.scene.start.y)
    )
    info = probe.heard['camera/camera_info'][-1]
    np.testing.assert_allclose(np.reshape(info.k, (3, 3)), world.camera.config.intrinsics)

    assert probe.first_state('1box_vert_right', 5).seed == 5
    assert _seconds(states[-1].header.stamp) > stamps[-1]  # time does not go back


def test_a_collision_is_said_once_with_what_frees_the_base(lock_step, tmp_path):
    probe, _ = lock_step
    state = probe.first_state('1box_vert_left', 1)
    ahead = TwistStamped()
    ahead.twist.linear.x = 1.0
    while not state.collided:
        assert state.step < 200
        ahead.header.stamp = state.header.stamp
        probe.commands.publish(ahead)
        states = probe.heard['sim/state']
        probe.wait(lambda seen=state.step, states=states: states[-1].step != seen)
        state = states[-1]
    probe.commands.publish(ahead)
    probe.first_state('1box_vert_left', 1)
    said = (tmp_path / 'sim.log').read_text()
    assert said.count('the robot touches a box or a wall and is held there: call /sim/reset') == 1


def test_an_unknown_scenario_is_refused_with_the_known_ones(lock_step):
    probe, process = lock_step
    response = probe.reset(scenario='maze', seed=1)
    assert not response.success
    assert "unknown scenario 'maze'" in response.message
    assert '2box_hori_right' in response.message
    process.check()


def test_real_time_keeps_the_rate_and_stops_without_commands(real_time):
    probe, _ = real_time
    states, images = probe.heard['sim/state'], probe.heard['camera/image_raw']
    response = probe.reset(scenario='1box_hori_left', seed=3)
    assert response.success
    assert response.instruction
    images.clear()
    command = Twist()
    command.linear.y = 0.3
    begin = time.monotonic()
    while time.monotonic() < begin + 1.0:
        probe.commands.publish(command)
        probe.spin(0.1)
    probe.spin(2.0)
    stamps = np.array([_seconds(image.header.stamp) for image in images])
    assert np.diff(stamps).mean() == pytest.approx(0.1, abs=0.01)
    assert stamps[-1] == pytest.approx(time.time(), abs=1.0)
    first = next(state for state in states if state.scenario == '1box_hori_left')
    moved = math.hypot(states[-1].robot_x - first.robot_x, states[-1].robot_y - first.robot_y)
    assert 0.2 < moved < 0.6
    assert states[-1].robot_x == pytest.approx(states[-5].robot_x, abs=1e-4)
    assert probe.heard['/clock'] == []


@pytest.mark.parametrize('number', [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_it_in_order(tmp_path, number):
    with reserve_domain() as domain, _simulate(tmp_path, domain) as process:
        probe = Probe(domain, Twist)
        probe.wait(lambda: probe.heard['camera/image_raw'])
        probe.close()
        process._process.send_signal(number)
        assert process._process.wait(20) == 0
    assert 'Traceback' not in (tmp_path / 'sim.log').read_text()


@pytest.mark.parametrize(
    ('parameter', 'text'),
    [
        ({'mode': 'fast'}, "unknown mode 'fast'"),
        ({'scenario': 'maze'}, "unknown scenario 'maze'"),
        ({'camera_rate': 0.5}, 'camera_rate'),
        ({'camera_rate': 10}, 'expected a value of type float, such as 10.0'),
    ],
)
def test_a_wrong_parameter_is_one_sentence_and_exit_code_1(tmp_path, parameter, text):
    with reserve_domain() as domain, _simulate(tmp_path, domain, **parameter) as process:
        assert process._process.wait(30) == 1
    log = (tmp_path / 'sim.log').read_text()
    assert text in log
    assert 'Traceback' not in log


def test_help_tells_the_parameters_and_starts_nothing(tmp_path):
    command = [find_executable('mobile_vla_sim', 'sim'), '--help']
    with Process('sim', command, tmp_path / 'sim.log', {}) as process:
        assert process._process.wait(TIMEOUT) == 0
    assert '  command_timeout: 0.5\n' in (tmp_path / 'sim.log').read_text()
