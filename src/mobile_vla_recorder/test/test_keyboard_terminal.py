# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""Tests for teleop/keyboard_terminal.py, with pseudo-terminals."""

import fcntl
import os
import pty
import select
import struct
import sys
import termios
import time

import pytest

from mobile_vla_recorder.teleop.keyboard_terminal import KeyboardTerminal


@pytest.fixture
def terminal(monkeypatch):
    """Give this process a terminal as standard input; returns its other end."""
    master, slave = pty.openpty()
    with os.fdopen(slave) as stdin, os.fdopen(master, 'wb+', buffering=0) as other:
        monkeypatch.setattr(sys, 'stdin', stdin)
        yield other


def read_soon(keyboard: KeyboardTerminal) -> bytes | None:
    end = time.monotonic() + 5.0
    while (typed := keyboard.read()) == b'' and time.monotonic() < end:
        time.sleep(0.01)
    return typed


def read_shown(terminal, ending: bytes) -> bytes:
    """Return what is on the screen, at the latest when nothing has come for 5 s."""
    shown = b''
    while not shown.endswith(ending) and select.select([terminal], [], [], 5.0)[0]:
        shown += os.read(terminal.fileno(), 4096)
    return shown


def test_an_error_puts_the_terminal_back_in_order(terminal):
    before = termios.tcgetattr(sys.stdin)

    def fail() -> None:
        with KeyboardTerminal():
            assert termios.tcgetattr(sys.stdin) != before
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    assert termios.tcgetattr(sys.stdin) == before
    back = b'\x1b[?25h\x1b[?1049l'
    assert read_shown(terminal, back).endswith(back), 'cursor and screen are back'


def test_keys_come_one_by_one_without_waiting_and_without_echo(terminal):
    with KeyboardTerminal() as keyboard:
        read_shown(terminal, b'\x1b[?25l')
        assert keyboard.read() == b''
        terminal.write(b'w\x13')
        assert read_soon(keyboard) == b'w\x13'
        keyboard.draw(['a', 'b'])
        shown = read_shown(terminal, b'\x1b[J').replace(b'\r', b'')
        assert shown == b'\x1b[Ha\x1b[K\nb\x1b[K\x1b[J', 'what was typed is not in it'


def test_a_terminal_that_is_gone_is_told_from_one_that_is_silent(terminal):
    with KeyboardTerminal() as keyboard:
        assert keyboard.read() == b''
        terminal.close()
        assert read_soon(keyboard) is None
        keyboard.draw(['nobody sees this'])


def test_a_connection_that_takes_nothing_more_does_not_hold_up_the_driver(terminal):
    with KeyboardTerminal() as keyboard:
        for _ in range(100):
            keyboard.draw(['x' * 80] * 24)  # nobody reads: the kernel's buffer is soon full
        with pytest.raises(BlockingIOError):
            os.write(keyboard._descriptor, b'x')  # so the drawings met a full one and went on


def test_the_size_of_a_terminal_that_has_none_is_80_by_24(terminal):
    with KeyboardTerminal() as keyboard:
        assert keyboard.size() == (80, 24)
        fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack('4H', 30, 100, 0, 0))
        assert keyboard.size() == (100, 30)


def test_a_pipe_is_no_terminal(monkeypatch, tmp_path):
    (tmp_path / 'file').touch()
    with (tmp_path / 'file').open() as stdin:
        monkeypatch.setattr(sys, 'stdin', stdin)
        assert not KeyboardTerminal.available()
