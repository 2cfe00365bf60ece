# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""Names of topics as they are after remapping, over real DDS."""

from pathlib import Path

from geometry_msgs.msg import Twist
import pytest
import rclpy
from rclpy.context import Context
from recorder_process import Recorder, Robot
from sensor_msgs.msg import Image

from mobile_vla_core.episodes import Episode
from mobile_vla_msgs.srv import StartEpisode, StopEpisode


@pytest.fixture
def robot1(tmp_path: Path, domain, environment, stack) -> Robot:
    """Return a robot whose recorder, like itself, is in the namespace /robot1."""
    context = Context()
    rclpy.init(context=context, domain_id=domain)
    stack.callback(rclpy.shutdown, context=context)
    recorder = Recorder(tmp_path, environment, namespace='/robot1', require_commands=True)
    stack.callback(recorder.process.wait)
    stack.callback(recorder.process.kill)
    robot = Robot(context, Image, Twist, namespace='/robot1')
    stack.callback(robot.destroy_node)
    robot.wait_for_recorder()
    return robot


def test_in_a_namespace_refusals_and_the_file_tell_the_full_names(robot1):
    refused = robot1.call(StartEpisode, 'start', instruction='go')
    assert refused.message.startswith('no picture came on /robot1/camera/image_raw for 2 s')

    def silent_driver() -> bool:
        robot1.send_picture(0)
        robot1.spinner.spin_once(timeout_sec=0.2)
        message = robot1.call(StartEpisode, 'start', instruction='go').message
        return message.startswith('no command came on /robot1/cmd_vel for 2 s')

    robot1.spin_until(silent_driver)
    robot1.drives = True
    robot1.start_episode(instruction='go')
    robot1.send_picture(1)
    with Episode(robot1.call(StopEpisode, 'stop').path) as episode:
        assert episode.attributes['action_topic'] == '/robot1/cmd_vel'
        assert episode.camera_attributes()['topic'] == '/robot1/camera/image_raw'
        assert episode.metadata['parameter.cmd_vel_topic'] == 'cmd_vel'
        offered = episode.metadata['offered./robot1/cmd_vel']
        assert offered == 'robot: reliable, volatile'
        assert episode.metadata['offered./robot1/driver_event'] == 'nobody publishes'
