# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""Teleop as a process in a pseudo-terminal, with a real recorder, over real DDS."""

import contextlib
import os
from pathlib import Path
import signal
import subprocess
import sys
import termios

from geometry_msgs.msg import Twist, TwistStamped
import pytest
import rclpy
from rclpy.context import Context
from sensor_msgs.msg import Joy
from teleop_process import Driver, EVENTS_QOS, Robot, seconds, TIMEOUT, ZERO

from mobile_vla_core.episodes import Episode
from mobile_vla_core.ros_domain import reserve_domain
from mobile_vla_msgs.msg import DriverEvent
from mobile_vla_recorder.teleop_input import STALE_AFTER

PLAN = """
scenarios:
  - {name: left, count: 2, instructions: [go left, left please], minimum_seconds: 0.2}
  - {name: right, count: 1, instructions: [go right], minimum_seconds: 60}
"""
AHEAD = (0.4, 0.0, 0.0)
PATIENT = {'release_timeout': 2.0, 'repeat_timeout': 1.0}
"""So that a busy machine does not make a held key look released."""
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

    def begin(
        command_type: type = Twist, controlling: bool = True, **parameters
    ) -> tuple[Driver, Robot]:
        context = Context()
        rclpy.init(context=context, domain_id=int(environment['ROS_DOMAIN_ID']))
        stack.callback(rclpy.shutdown, context=context)
        robot = Robot(context, command_type)
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
def recorder(stack, environment, tmp_path) -> Path:
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


def labels(path: Path) -> tuple[str, str, str]:
    with Episode(path) as episode:
        return episode.scenario, episode.instruction, episode.outcome


def test_keys_drive_and_a_release_stops(sit_down):
    driver, robot = sit_down(linear_speed=0.5)
    assert robot.commands == []
    driver.drive('w', (0.5, 0.0, 0.0))
    robot.wait_until(lambda: robot.commands[-5:] == [ZERO] * 5)
    driver.wait(0.5)
    moving = [command for command in robot.commands if command != ZERO]
    assert set(moving) == {(0.5, 0.0, 0.0)}
    assert robot.commands[len(moving) :] == [ZERO] * 5, 'no stutter; zeros, then silence'

    driver.type('\x1b[D')
    robot.wait_for_command((0.0, 0.5, 0.0))  # arrow left
    driver.type(' ')
    robot.wait_for_command(ZERO)
    driver.type('gt')
    robot.wait_for_command((0.0, 0.0, -0.88))
    driver.type('\x1a\x1c\x13w')  # Ctrl-Z, Ctrl-\ and Ctrl-S must not stop, kill or freeze it
    robot.wait_for_command((0.55, 0.0, 0.0))


def test_what_the_driver_does_is_published_when_it_changes(sit_down):
    driver, robot = sit_down(TwistStamped, stamped=True)
    driver.type('w')
    event = robot.wait_for_event('W: ahead')
    assert (event.action_type, event.source) == (DriverEvent.MOVEMENT, 'keyboard')
    robot.wait_until(lambda: AHEAD in robot.commands)
    first = robot.stamps[robot.commands.index(AHEAD)]
    assert seconds(event.header.stamp) <= first, 'before the commands that it tells of'
    assert robot.wait_for_event('released').action_type == DriverEvent.STOP
    driver.type('t')
    assert robot.wait_for_event('T: turning right').action_type == DriverEvent.ROTATION
    driver.type(' k')
    assert robot.wait_for_event('released, special').action_type == DriverEvent.SPECIAL
    driver.wait_for('SPECIAL')
    driver.type('kw\x03')
    assert robot.wait_for_event('teleop ended').action_type == DriverEvent.STOP
    texts = [event.text for event in robot.events]
    assert texts[:3] == ['W: ahead', 'released', 'T: turning right'], 'and nothing twice'


def test_a_recorder_that_comes_later_still_learns_what_the_driver_does(sit_down):
    driver, robot = sit_down()
    driver.type('k')
    robot.wait_for_event('released, special')
    late: list[DriverEvent] = []
    robot.create_subscription(DriverEvent, 'driver_event', late.append, EVENTS_QOS)
    robot.wait_until(lambda: bool(late))
    assert late[-1].action_type == DriverEvent.SPECIAL


@pytest.mark.parametrize('ending', ['Ctrl-C', 'Ctrl-D', 'SIGTERM', 'SIGHUP'])
def test_every_end_sends_zero_last_and_puts_the_terminal_back(sit_down, ending):
    driver, robot = sit_down(repeat_timeout=2.0)
    assert termios.tcgetattr(driver.slave) != driver.before
    driver.drive('w', AHEAD)
    if ending.startswith('SIG'):
        driver.process.send_signal(signal.Signals[ending])
    else:
        driver.type({'Ctrl-C': '\x03', 'Ctrl-D': '\x04'}[ending])
    assert driver.wait_for_end() == 0
    assert robot.commands[-5:] == [ZERO] * 5
    assert termios.tcgetattr(driver.slave) == driver.before


@pytest.mark.parametrize('controlling', [True, False], ids=['hang-up', 'end of input only'])
def test_a_dropped_terminal_stops_the_robot(sit_down, controlling):
    driver, robot = sit_down(controlling=controlling, repeat_timeout=2.0)
    driver.drive('w', AHEAD)
    driver.hang_up()
    assert driver.wait_for_end() == 0
    assert robot.commands[-5:] == [ZERO] * 5


def test_a_process_that_was_stopped_does_not_drive_on_with_what_was_typed_meanwhile(sit_down):
    driver, robot = sit_down(repeat_timeout=2.0)
    driver.drive('w', AHEAD)
    driver.stop_process()
    robot.commands.clear()
    driver.type('w' * 60)
    termios.tcsetattr(driver.slave, termios.TCSANOW, driver.before)  # as a shell does
    driver.wait(2 * STALE_AFTER)
    assert robot.commands == [], 'nothing comes: the base must stop by itself'
    driver.process.send_signal(signal.SIGCONT)
    driver.wait_for('teleop stood still for')
    driver.wait(0.5)
    assert robot.commands, 'zeros'
    assert set(robot.commands) == {ZERO}
    assert termios.tcgetattr(driver.slave) != driver.before, 'keys come one by one again'
    driver.drive('w', AHEAD)


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


def test_episodes_are_started_saved_and_discarded_by_buttons(sit_down, recorder):
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
    outcomes = sorted(labels(path)[2] for path in recorder.glob('*.h5'))
    assert outcomes == ['failure', 'success', 'unknown']


def test_episodes_are_started_saved_and_discarded_by_keys(sit_down, recorder):
    driver, robot = sit_down(plan=recorder.parent / 'plan.yaml')
    driver.wait_for('0 of 3 episodes, suggested next: 1 left')
    driver.type('n')
    driver.wait_for('refused: no picture came')

    robot.start_camera()
    driver.type('n')
    driver.wait_for('recording: go left')
    driver.drive('w', AHEAD)
    driver.type('m')
    driver.wait_for('saved as success, quality ')
    (path,) = recorder.glob('*.h5')
    assert labels(path) == ('left', 'go left', 'success')
    with Episode(path) as episode:
        assert episode.actions[:, 0].max() == pytest.approx(0.4)
    driver.wait_for('1 of 3 episodes')

    driver.type('n')
    driver.wait_for('recording: left please')
    driver.wait(0.6)
    driver.type('M')
    driver.wait_for('saved as failure')
    driver.wait_for('1 of 3 episodes')

    driver.type('n')
    driver.wait_for('recording: left please')
    driver.type('x')
    driver.wait_for('the episode was discarded: U brings it back')
    driver.type('2n')
    driver.wait_for('recording: go right')
    driver.type('m')
    driver.wait_for('the plan asks for at least 60 s')
    outcomes = sorted(labels(path)[2] for path in recorder.glob('*.h5'))
    assert outcomes == ['failure', 'success']
    assert list(recorder.glob('*.part')) == []


def test_the_last_episode_is_relabelled_and_taken_back_by_keys(sit_down, recorder):
    driver, robot = sit_down(plan=recorder.parent / 'plan.yaml')
    driver.wait_for('0 of 3 episodes')
    driver.type('u')
    driver.wait_for('refused: nothing to undo')
    robot.start_camera()
    driver.type('n')
    driver.wait_for('recording: go left')
    driver.wait(0.8)
    driver.type('m')
    driver.wait_for('1 of 3 episodes')
    (path,) = recorder.glob('*.h5')

    driver.type('p')
    driver.wait_for('is now failure')
    assert labels(path) == ('left', 'go left', 'failure')
    driver.wait_for('0 of 3 episodes')
    driver.type('o')
    driver.wait_for('is now success')
    driver.type('2l')
    driver.wait_for('is now right: go right')
    assert labels(path) == ('right', 'go right', 'success')
    driver.type('u')
    driver.wait_for('has its earlier labels again')
    assert labels(path) == ('left', 'go left', 'success')

    driver.type('1n')
    driver.wait_for('recording: ')
    driver.wait(0.8)
    driver.type('m')
    driver.wait_for('2 of 3 episodes')
    driver.type('u')
    driver.wait_for('is discarded, undo brings it back')
    driver.wait_for('1 of 3 episodes')
    driver.type('u')
    driver.wait_for('2 of 3 episodes')
    driver.type('n')
    driver.wait_for('recording: ')
    driver.type('x')
    driver.wait_for('was discarded')
    driver.type('u')
    driver.wait_for('is kept after all')
    assert len(list(recorder.glob('*.h5'))) == 3


def test_a_dropped_terminal_keeps_the_running_episode(sit_down, recorder):
    driver, robot = sit_down(instruction='go', scenario='hall')
    driver.wait_for('ready')
    robot.start_camera()
    driver.type('n')
    driver.wait_for('recording: go')
    driver.drive('w', AHEAD)
    driver.hang_up()
    assert driver.wait_for_end() == 0
    (path,) = recorder.glob('*.h5')
    assert labels(path) == ('hall', 'go', 'unknown')


@pytest.mark.parametrize(
    ('parameters', 'sentence'),
    [
        ({'plan': '/nowhere.yaml'}, 'teleop: the plan /nowhere.yaml cannot be read'),
        ({'plan': 'unheard_of'}, 'unheard_of.yaml cannot be read'),
        ({'rate': 1000.0}, 'rate'),
        ({'rate': 20}, 'expected a value of type float, such as 20.0'),
        ({'joystick_layout': 'wheel'}, 'expected one of xbox, playstation, game_controller'),
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
