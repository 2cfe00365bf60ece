# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""Tests of a policy node whose terminal takes no output or goes away, through its process."""

import os
import pty
import signal
import termios
import time

from policy_rig import is_zero, PolicyRig
import pytest

MAX_AGE, STOP_TIME = 0.5, 0.3
SLACK = 0.5
"""Delay that a busy machine may add [s]."""
DRIVING = {'instruction': 'go left', 'autostart': True}


@pytest.fixture
def terminal():
    leader, follower = pty.openpty()
    yield follower
    termios.tcflow(follower, termios.TCOON)
    os.close(leader)
    os.close(follower)


def test_a_terminal_that_takes_no_output_does_not_keep_the_robot_from_stopping(
    checkpoint, terminal
):
    with PolicyRig(checkpoint=checkpoint, terminal=terminal, **DRIVING) as rig:
        rig.wait_until_driving()
        termios.tcflow(terminal, termios.TCOOFF)  # What Ctrl-S does.
        rig.camera_on = False
        stopped = time.monotonic()
        rig.wait_for_reason('s old, allowed are 0.5 s')
        rig.wait(lambda: not rig.moves())
        last = max(when for when, twist in list(rig.twists) if not is_zero(twist))
        assert last - stopped < MAX_AGE + STOP_TIME + SLACK
        rig.camera_on = True
        rig.wait_until_driving()
        assert rig.stop(signal.SIGTERM) == 0
        assert not rig.moves()


def test_output_that_nobody_reads_does_not_hold_the_node_up(checkpoint):
    log_everything = ('--log-level', 'debug')  # More than any pipe holds, within seconds.
    with PolicyRig(checkpoint=checkpoint, arguments=log_everything, **DRIVING) as rig:
        rig.wait_until_driving()
        rig.twists.clear()
        time.sleep(5.0)
        assert len(rig.twists) > 80
        rig.set_parameter('instruction', '')
        rig.wait_for_reason('no instruction')
        rig.wait(lambda: not rig.moves())
        assert rig.stop(signal.SIGTERM) == 0
        assert len(rig.output()) > 65536


def test_a_terminal_that_is_closed_ends_the_node_with_zero(checkpoint):
    with PolicyRig(checkpoint=checkpoint, **DRIVING) as rig:
        rig.wait_until_driving()
        assert rig.stop(signal.SIGHUP) == 0
        rig.wait(lambda: not rig.moves())
