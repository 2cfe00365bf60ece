# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0

import os

from geometry_msgs.msg import Twist
import pytest
import rclpy
from rclpy.context import Context
from recorder_process import Recorder, Robot
from sensor_msgs.msg import Image

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
