# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""Tests for relayed_output.py and output_relay.py, with real terminals, pipes and processes."""

from contextlib import suppress
import os
from pathlib import Path
import pty
import re
import signal
import subprocess
import sys
import termios

import pytest

from mobile_vla_policy.output_relay import LIMIT_BYTES

PATIENCE = 20.0
LINE = 'x' * 99
MANY = 3 * LIMIT_BYTES // len(LINE)

PROGRAM = """
import os, sys, time
from mobile_vla_policy.relayed_output import RelayedOutput
said = os.fdopen(int(sys.argv[1]), 'w')
with RelayedOutput('node'):
    {body}
    print('done', file=said, flush=True)
    sys.stdin.readline()
"""
BURST = f"""
    start = time.monotonic()
    for number in range({MANY}):
        try:
            os.write(2, b'{LINE}\\n')
        except OSError:
            pass
        if number % 100 == 0:
            time.sleep(0.001)
    print(time.monotonic() - start, file=said, flush=True)
"""
HELD_BURST = f"""
    print('begun', file=said, flush=True)
    sys.stdin.readline()
{BURST.strip(chr(10))}
"""


class Program:
    """A program whose output is relayed to a terminal or a pipe; `told` is what it says aside."""

    def __init__(self, body, stdout, stderr=None):
        reading, writing = os.pipe()
        self.told = os.fdopen(reading)
        self.process = subprocess.Popen(
            [sys.executable, '-c', PROGRAM.format(body=body.strip()), str(writing)],
            stdin=subprocess.PIPE,
            stdout=stdout,
            stderr=stderr or stdout,
            pass_fds=[writing],
            env=dict(os.environ, PYTHONPATH=os.pathsep.join(sys.path)),
        )
        os.close(writing)

    def end(self):
        self.process.stdin.close()
        return self.process.wait(PATIENCE)

    def relay(self):
        """Return the process id of the relay."""
        children = Path(f'/proc/{self.process.pid}/task/{self.process.pid}/children')
        (pid,) = map(int, children.read_text().split())
        return pid


def read_all(descriptor):
    parts = []
    while True:
        try:
            part = os.read(descriptor, 65536)
        except OSError:  # What a terminal says at its end.
            part = b''
        if not part:
            return b''.join(parts).decode()
        parts.append(part)


@pytest.fixture
def pipe():
    reading, writing = os.pipe()
    yield reading, writing
    os.close(reading)


def test_everything_comes_through_in_order_and_the_last_line_before_the_program_ends(pipe):
    reading, writing = pipe
    body = "print('one', flush=True); os.write(2, b'two'); os.write(1, b' three'); print(' four')"
    program = Program(body, writing)
    os.close(writing)
    assert program.told.readline() == 'done\n'
    assert program.end() == 0
    assert read_all(reading) == 'one\ntwo three four\n'


def test_output_and_errors_stay_apart(tmp_path):
    with (tmp_path / 'out').open('w') as out, (tmp_path / 'err').open('w') as err:
        program = Program("os.write(1, b'result'); os.write(2, b'warning')", out, err)
        assert program.end() == 0
    assert (tmp_path / 'out').read_text() == 'result'
    assert (tmp_path / 'err').read_text() == 'warning'


def test_a_terminal_that_takes_no_output_holds_nobody_up_and_is_told_later_what_it_missed():
    leader, terminal = pty.openpty()
    termios.tcflow(terminal, termios.TCOOFF)  # What Ctrl-S does.
    program = Program(BURST, terminal)
    assert float(program.told.readline()) < PATIENCE
    assert program.told.readline() == 'done\n'
    termios.tcflow(terminal, termios.TCOON)
    os.close(terminal)
    program.process.stdin.close()
    text = read_all(leader)
    assert program.process.wait(PATIENCE) == 0
    (left_out,) = map(int, re.findall(r'\[node\]: (\d+) lines of output were left out', text))
    assert 0 < left_out < MANY
    assert text.count(LINE) >= LIMIT_BYTES // (len(LINE) + 1)
    os.close(leader)


def test_what_comes_while_the_relay_is_held_up_is_passed_on_or_counted():
    leader, terminal = pty.openpty()
    program = Program(HELD_BURST, terminal)
    os.close(terminal)
    assert program.told.readline() == 'begun\n'
    relay = program.relay()
    os.kill(relay, signal.SIGSTOP)
    program.process.stdin.write(b'\n')
    program.process.stdin.flush()
    assert float(program.told.readline()) < PATIENCE
    os.kill(relay, signal.SIGCONT)
    assert program.told.readline() == 'done\n'
    program.process.stdin.close()
    text = read_all(leader)
    assert program.process.wait(PATIENCE) == 0
    counted = map(int, re.findall(r'\[node\]: (\d+) lines of output were left out', text))
    assert text.count(LINE) + sum(counted) == MANY
    os.close(leader)


def test_a_pipe_that_nobody_reads_holds_nobody_up(pipe):
    _, writing = pipe
    program = Program(BURST, writing)
    assert float(program.told.readline()) < PATIENCE
    assert program.end() == 0
    os.close(writing)


@pytest.mark.parametrize('number', [signal.SIGKILL, signal.SIGSTOP])
def test_a_relay_that_fails_holds_nobody_up_either(pipe, number):
    _, writing = pipe
    wait = "print('begun', file=said, flush=True)\n    sys.stdin.readline()"
    program = Program(f'{wait}{BURST}', writing)
    os.close(writing)
    assert program.told.readline() == 'begun\n'
    relay = program.relay()
    os.kill(relay, number)
    program.process.stdin.write(b'\n')
    program.process.stdin.flush()
    assert float(program.told.readline()) < PATIENCE
    assert program.end() == 0
    with suppress(ProcessLookupError):
        os.kill(relay, signal.SIGCONT)


def test_a_reader_that_is_gone_is_no_fault(pipe):
    reading, writing = os.pipe()
    program = Program(BURST, writing)
    os.close(writing)
    os.close(reading)
    assert float(program.told.readline()) < PATIENCE
    assert program.end() == 0


def test_a_terminal_keeps_its_colours():
    leader, terminal = pty.openpty()
    program = Program("print(os.environ['RCUTILS_COLORIZED_OUTPUT'])", terminal)
    os.close(terminal)
    program.process.stdin.close()
    assert read_all(leader).strip() == '1'
    assert program.process.wait(PATIENCE) == 0
    os.close(leader)
