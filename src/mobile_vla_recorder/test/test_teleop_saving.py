# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""Teleop at a terminal, and a recorder whose disk is slow, over real DDS."""

from recorder_process import Recorder

from mobile_vla_recorder.teleop.recorder_state import STATUS_TIMEOUT

SLOW = 'delay_enter=12ms'
"""Of each write: the pictures come faster than they are written."""


def test_a_slow_save_is_shown_with_what_is_left_and_is_awaited(
    sit_down, environment, stack, tmp_path, tamper
):
    recorder = Recorder(tmp_path, environment)
    stack.callback(recorder.process.wait)
    stack.callback(recorder.process.kill)
    driver, robot = sit_down(instruction='go', scenario='hall')
    driver.wait_for('ready')
    robot.start_camera()
    driver.type('n')
    driver.wait_for('recording: go')
    driver.wait_for('REC')
    tamper(recorder.process.pid, 'pwrite64', SLOW)
    driver.wait(1.5)
    driver.output = ''
    driver.type('m')
    driver.wait_for('pictures left to write')
    driver.type('n')
    driver.wait_for('wait: the episode is being saved')
    driver.wait(STATUS_TIMEOUT)
    driver.wait_for('saved as success, quality ')
    assert 'not there' not in driver.output
    assert 'did not answer' not in driver.output
