# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""Teleop with a joystick, as a process, with a real recorder, over real DDS."""

import subprocess
import sys

import pytest
from sensor_msgs.msg import Joy
from teleop_process import AHEAD, labels, ZERO

from mobile_vla_msgs.msg import DriverEvent

JOYSTICK = """
import rclpy, sys
from sensor_msgs.msg import Joy
rclpy.init()
node = rclpy.create_node('joystick')
joy = node.create_publisher(Joy, 'joy', 10)
held = Joy(axes=[0.0, 1.0, 0.0, 0.0], buttons=[0, 0, 0, 0, 1, 0, 0, 0])
node.create_timer(0.05, lambda: joy.publish(held))
rclpy.spin(node)
"""


@pytest.mark.parametrize('ending', ['released', 'silent', 'gone'])
def test_a_joystick_drives_with_its_dead_man_button_only_and_stops_without_it(
    sit_down, environment, stack, ending
):
    driver, robot = sit_down(joystick=True, joystick_timeout=1.0)
    if ending == 'gone':
        process = subprocess.Popen([sys.executable, '-c', JOYSTICK], env=environment)
        stack.callback(process.wait)
        stack.callback(process.kill)
    else:
        stick = Joy(axes=[0.0, 1.0, 0.0, 0.0], buttons=[0] * 8)
        robot.stick = stick
        robot.wait_until(lambda: robot.joy.get_subscription_count() > 0)
        driver.wait(0.5)
        assert robot.commands == []
        robot.stick = Joy(axes=stick.axes, buttons=[0, 0, 0, 0, 1, 0, 0, 0])
    robot.wait_for_command(AHEAD)
    assert robot.wait_for_event('stick: ahead').source == 'joystick'
    if ending == 'released':
        robot.stick = stick
    elif ending == 'silent':
        robot.stick = None
    else:
        process.kill()
    robot.wait_until(lambda: robot.commands[-5:] == [ZERO] * 5)
    robot.commands.clear()
    driver.wait(0.3)
    assert robot.commands == []
    assert robot.events[-1].action_type == DriverEvent.STOP


def test_episodes_are_started_saved_and_discarded_by_buttons(sit_down, episodes):
    driver, robot = sit_down(
        joystick=True, joystick_layout='game_controller', instruction='go', scenario='left'
    )
    driver.wait_for('ready')
    robot.start_camera()
    robot.stick = Joy(axes=[0.0] * 6, buttons=[0] * 15)
    driver.wait(0.5)

    def press(button: int) -> None:
        buttons = [int(number == button) for number in range(15)]
        robot.stick = Joy(axes=[0.0] * 6, buttons=buttons)
        driver.wait(0.3)
        robot.stick = Joy(axes=[0.0] * 6, buttons=[0] * 15)

    for button, text in ((0, 'saved as success'), (1, 'saved as failure'), (2, 'was discarded')):
        press(6)
        driver.wait_for('recording: go')
        driver.wait(0.8)
        press(button)
        driver.wait_for(text)
    press(4)
    driver.wait_for('undone: ')
    outcomes = sorted(labels(path)[2] for path in episodes.glob('*.h5'))
    assert outcomes == ['failure', 'success', 'unknown']
