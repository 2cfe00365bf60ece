# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""Test of the program `latency` in a terminal, beside a policy node that is killed."""

import os
import pty
import re
import select
import signal
import subprocess
import sys
import time

from policy_rig import DOMAIN, PATIENCE, PolicyRig
import pytest


class Screen:
    """The program in a terminal of its own, and what it draws."""

    def __init__(self):
        environment = dict(
            os.environ,
            PYTHONPATH=os.pathsep.join(path for path in sys.path if path),
            ROS_DOMAIN_ID=str(DOMAIN),
            ROS_AUTOMATIC_DISCOVERY_RANGE='LOCALHOST',
            COLUMNS='100',
            TERM='xterm',
        )
        self._leader, terminal = pty.openpty()
        self.process = subprocess.Popen(
            [sys.executable, '-m', 'mobile_vla_policy.latency'],
            env=environment,
            stdin=terminal,
            stdout=terminal,
            stderr=terminal,
        )
        os.close(terminal)

    def wait_for(self, text):
        """Wait until this is drawn after this call, and return all that was."""
        drawn, deadline = '', time.monotonic() + PATIENCE
        while text not in drawn:
            assert time.monotonic() < deadline, f'waited in vain for {text}: {drawn[-2000:]}'
            if select.select([self._leader], [], [], 0.2)[0]:
                part = os.read(self._leader, 65536).decode(errors='replace')
                drawn += re.sub(r'\x1b\[[0-9;?]*[a-zA-Z]', '', part)
        return drawn

    def close(self):
        self.process.kill()
        self.process.wait(PATIENCE)
        os.close(self._leader)


@pytest.fixture
def screen():
    screen = Screen()
    yield screen
    screen.close()


def test_the_live_table_shows_a_node_that_drives_and_says_when_it_is_gone(checkpoint, screen):
    screen.wait_for('waiting for a policy node')
    with PolicyRig(checkpoint=checkpoint, instruction='go left', autostart=True) as rig:
        rig.wait_until_driving()
        screen.wait_for('image to command [ms]')
        rig.stop(signal.SIGKILL)
        killed = time.monotonic()
        drawn = screen.wait_for('STALE nothing heard for')
        assert time.monotonic() - killed < 6.0
        assert 'image to command' not in drawn.rpartition('STALE')[2]
    screen.process.send_signal(signal.SIGINT)
    assert screen.process.wait(PATIENCE) == 0
