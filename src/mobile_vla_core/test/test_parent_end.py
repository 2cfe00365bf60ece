# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""Tests for parent_end.py, with processes: a launch, and the node that it starts."""

import os
import signal
import subprocess
import sys

import pytest

from mobile_vla_core.parent_end import LAUNCH_PID

NODE = """
import threading
from mobile_vla_core.shutdown_signal import ShutdownSignal
ended = threading.Event()
with ShutdownSignal(ended.set):
    print('driving', flush=True)
    print('zero' if ended.wait(WAIT) else 'still driving', flush=True)
"""
LAUNCH = """
import os, subprocess, sys
os.environ.update({VARIABLE: str(os.getpid())} if TOLD else {})
subprocess.run([sys.executable, '-c', NODE])
"""


def launch(*, told, wait):
    """Start a launch that starts a node; both write to the same pipe."""
    node = NODE.replace('WAIT', str(wait))
    code = f'VARIABLE, TOLD, NODE = {LAUNCH_PID!r}, {told!r}, {node!r}\n{LAUNCH}'
    environment = {name: value for name, value in os.environ.items() if name != LAUNCH_PID}
    environment['PYTHONPATH'] = os.pathsep.join(path for path in sys.path if path)
    command = [sys.executable, '-c', code]
    return subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True)


@pytest.mark.parametrize('number', [signal.SIGTERM, signal.SIGKILL])
def test_a_node_ends_in_order_when_its_launch_is_killed(number):
    with launch(told=True, wait=30.0) as process:
        assert process.stdout.readline() == 'driving\n'
        process.send_signal(number)
        assert process.stdout.read() == 'zero\n'


def test_a_node_that_no_launch_asked_goes_on_without_its_parent():
    with launch(told=False, wait=1.0) as process:
        assert process.stdout.readline() == 'driving\n'
        process.kill()
        assert process.stdout.read() == 'still driving\n'


def test_a_node_whose_launch_has_ended_already_ends_at_once():
    gone = subprocess.Popen([sys.executable, '-c', ''])
    gone.wait()
    environment = dict(os.environ, **{LAUNCH_PID: str(gone.pid)})
    environment['PYTHONPATH'] = os.pathsep.join(path for path in sys.path if path)
    code = NODE.replace('WAIT', '30.0')
    seen = subprocess.run(
        [sys.executable, '-c', code], env=environment, capture_output=True, text=True, check=True
    )
    assert seen.stdout == 'driving\nzero\n'
