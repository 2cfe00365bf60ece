# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""Teleop as a process in a pseudo-terminal, with a real recorder, over real DDS."""

import signal
import subprocess
import sys
import termios

from geometry_msgs.msg import TwistStamped
import pytest
from teleop_process import AHEAD, EVENTS_QOS, labels, seconds, TIMEOUT, ZERO

from mobile_vla_core.episodes import Episode
from mobile_vla_msgs.msg import DriverEvent
from mobile_vla_recorder.teleop.input import STALE_AFTER


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


def test_episodes_are_started_saved_and_discarded_by_keys(sit_down, episodes):
    driver, robot = sit_down(plan=episodes.parent / 'plan.yaml')
    driver.wait_for('0 of 3 episodes, suggested next: 1 left')
    driver.type('n')
    driver.wait_for('refused: no picture came')

    robot.start_camera()
    driver.type('n')
    driver.wait_for('recording: go left')
    driver.drive('w', AHEAD)
    driver.type('m')
    driver.wait_for('saved as success, quality ')
    (path,) = episodes.glob('*.h5')
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
    outcomes = sorted(labels(path)[2] for path in episodes.glob('*.h5'))
    assert outcomes == ['failure', 'success']
    assert list(episodes.glob('*.part')) == []


def test_the_last_episode_is_relabelled_and_taken_back_by_keys(sit_down, episodes):
    driver, robot = sit_down(plan=episodes.parent / 'plan.yaml')
    driver.wait_for('0 of 3 episodes')
    driver.type('u')
    driver.wait_for('refused: nothing to undo')
    robot.start_camera()
    driver.type('n')
    driver.wait_for('recording: go left')
    driver.wait(0.8)
    driver.type('m')
    driver.wait_for('1 of 3 episodes')
    (path,) = episodes.glob('*.h5')

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
    driver.wait_for('is labelled again: success, left')
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
    assert len(list(episodes.glob('*.h5'))) == 3


def test_a_dropped_terminal_keeps_the_running_episode(sit_down, episodes):
    driver, robot = sit_down(instruction='go', scenario='hall')
    driver.wait_for('ready')
    robot.start_camera()
    driver.type('n')
    driver.wait_for('recording: go')
    driver.drive('w', AHEAD)
    driver.hang_up()
    assert driver.wait_for_end() == 0
    (path,) = episodes.glob('*.h5')
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
