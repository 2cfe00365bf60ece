# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0

import contextlib
import os
from pathlib import Path
import shutil
import subprocess
import sys
import time

from geometry_msgs.msg import Twist
import pytest
import rclpy
from rclpy.context import Context
from recorder_process import Recorder, Robot
from sensor_msgs.msg import Image
from teleop_process import Driver, PATIENT, PLAN
from teleop_process import Robot as DrivenRobot

from mobile_vla_core.ros_domain import reserve_domain


@pytest.fixture
def domain():
    with reserve_domain() as number:
        yield number


@pytest.fixture
def start(tmp_path, domain):
    """Return a function that starts a recorder and a robot that publishes to it."""
    context = Context()
    rclpy.init(context=context, domain_id=domain)
    environment = {**os.environ, 'ROS_DOMAIN_ID': str(domain)}
    started = []

    def begin(image_type=Image, command_type=Twist, **parameters) -> tuple[Robot, Recorder]:
        recorder = Recorder(tmp_path, environment, **parameters)
        robot = Robot(context, image_type, command_type)
        started.append((robot, recorder))
        robot.wait_for_recorder()
        return robot, recorder

    yield begin
    for robot, recorder in started:
        if recorder.process.poll() is None:
            recorder.process.kill()
            recorder.process.wait()
        robot.destroy_node()
    rclpy.shutdown(context=context)


@pytest.fixture
def tamper(tmp_path, stack):
    """Return a function that makes system calls of a running process fail, or take long."""
    if shutil.which('strace') is None:
        pytest.skip('needs strace: run tools/setup-environment as root, then make test')
    said = tmp_path / 'strace.said'

    def begin(pid: int, calls: str, fault: str, *options: str | Path) -> None:
        command = ['strace', '-f', '-p', str(pid), '-o', tmp_path / 'strace.log', *options]
        command += ['-e', f'trace={calls}', '-e', f'inject={calls}:{fault}']
        with said.open('w') as errors:
            tracer = subprocess.Popen(command, stderr=errors)
        stack.callback(tracer.wait)
        stack.callback(tracer.terminate)
        while 'attached' not in (text := said.read_text()):
            if tracer.poll() is not None:
                pytest.skip(f'strace may not trace here ({text}): run make test where it may')
            time.sleep(0.01)

    return begin


@pytest.fixture
def stack():
    with contextlib.ExitStack() as stack:
        yield stack


@pytest.fixture
def environment(domain) -> dict[str, str]:
    return {**os.environ, 'ROS_DOMAIN_ID': str(domain), 'TERM': 'xterm'}


@pytest.fixture
def sit_down(stack, environment):
    """Start teleop; returns the driver and the robot."""

    def begin(
        command_type: type = Twist, controlling: bool = True, **parameters
    ) -> tuple[Driver, DrivenRobot]:
        context = Context()
        rclpy.init(context=context, domain_id=int(environment['ROS_DOMAIN_ID']))
        stack.callback(rclpy.shutdown, context=context)
        robot = DrivenRobot(context, command_type)
        stack.callback(robot.destroy_node)
        driver = Driver(robot, environment, controlling, **{**PATIENT, **parameters})
        stack.callback(driver.close)
        driver.wait_for('Mobile VLA teleop')
        for topic in ('cmd_vel', 'driver_event'):
            robot.wait_until(lambda topic=topic: robot.count_publishers(topic) > 0)
        driver.wait(0.5)
        return driver, robot

    return begin


@pytest.fixture
def episodes(stack, environment, tmp_path) -> Path:
    """Start a recorder with a plan; returns the folder of its episodes."""
    output, plan = tmp_path / 'episodes', tmp_path / 'plan.yaml'
    plan.write_text(PLAN)
    values = {'output': output, 'minimum_free_megabytes': 0, 'plan': plan}
    arguments = [part for key, value in values.items() for part in ('-p', f'{key}:={value}')]
    command = [sys.executable, '-m', 'mobile_vla_recorder.recorder_node', '--ros-args', *arguments]
    log = stack.enter_context((tmp_path / 'recorder.log').open('w'))
    process = subprocess.Popen(command, env=environment, stdout=log, stderr=log)
    stack.callback(process.wait)
    stack.callback(process.kill)
    return output
