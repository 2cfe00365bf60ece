# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""Tests for process.py."""

import os
import signal
import subprocess
import sys
import time

import pytest

from mobile_vla_sim import process
from mobile_vla_sim.process import find_executable, Process, ProcessError


def _python(tmp_path, code, **environment):
    command = [sys.executable, '-u', '-c', code]
    return Process('the program', command, tmp_path / 'log' / 'out.log', environment)


def _wait_for(condition, timeout=20.0):
    deadline = time.monotonic() + timeout
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def _said(tmp_path, text):
    return text in (tmp_path / 'log' / 'out.log').read_text()


def _alive(pid):
    try:
        with open(f'/proc/{pid}/stat') as stat:
            return stat.read().rsplit(')', 1)[1].split()[0] != 'Z'
    except FileNotFoundError:
        return False


def test_output_and_environment_go_where_they_should(tmp_path):
    with _python(tmp_path, "import os; print(os.environ['HUE'])", HUE='blue') as program:
        _wait_for(lambda: not program.running)
    assert _said(tmp_path, 'blue')


def test_a_program_that_ended_is_reported_with_its_last_words(tmp_path):
    with _python(tmp_path, "import sys; print('first'); sys.exit('no camera')") as program:
        _wait_for(lambda: not program.running)
        with pytest.raises(
            ProcessError, match=r'the program ended with exit code 1 \(no camera\)'
        ):
            program.check()


def test_stopping_asks_with_sigint_first(tmp_path):
    code = 'import time\ntry:\n print(1); time.sleep(60)\nexcept KeyboardInterrupt:\n print("bye")'
    program = _python(tmp_path, code)
    _wait_for(lambda: _said(tmp_path, '1'))
    program.check()
    assert program.stop() == 0
    assert _said(tmp_path, 'bye')
    assert program.stop() == 0


def test_a_program_that_does_not_listen_is_killed(tmp_path, monkeypatch):
    monkeypatch.setattr(
        process, '_PATIENCE', [(signal.SIGINT, 0.2), (signal.SIGTERM, 0.2), (signal.SIGKILL, 5.0)]
    )
    code = (
        'import signal, time\n'
        'signal.signal(signal.SIGINT, signal.SIG_IGN)\n'
        'signal.signal(signal.SIGTERM, signal.SIG_IGN)\n'
        'print("deaf"); time.sleep(60)'
    )
    program = _python(tmp_path, code)
    _wait_for(lambda: _said(tmp_path, 'deaf'))
    assert program.stop() == -signal.SIGKILL
    assert not program.running


def test_a_child_dies_with_its_parent(tmp_path):
    code = (
        'import pathlib, sys, time\n'
        'from mobile_vla_sim.process import Process\n'
        "p = Process('child', [sys.executable, '-c', 'import time; time.sleep(60)'],\n"
        f"            pathlib.Path({str(tmp_path)!r}) / 'child.log')\n"
        'print(p.pid, flush=True); time.sleep(60)'
    )
    parent = subprocess.Popen([sys.executable, '-c', code], stdout=subprocess.PIPE, text=True)
    child = int(parent.stdout.readline())
    assert _alive(child)
    os.kill(parent.pid, signal.SIGKILL)
    parent.wait()
    parent.stdout.close()
    _wait_for(lambda: not _alive(child))


def test_the_simulator_is_found_where_the_workspace_installs_it():
    assert find_executable('mobile_vla_sim', 'sim').endswith('lib/mobile_vla_sim/sim')


@pytest.mark.parametrize(
    ('package', 'name', 'text'),
    [
        ('no_such_package', 'sim', 'not installed'),
        ('mobile_vla_sim', 'nothing', 'is not a program'),
    ],
)
def test_a_missing_program_is_named(package, name, text):
    with pytest.raises(ProcessError, match=text):
        find_executable(package, name)
