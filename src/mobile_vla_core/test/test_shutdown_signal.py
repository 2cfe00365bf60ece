# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""Tests for shutdown_signal.py."""

import os
import signal
import subprocess
import sys
import threading

import pytest

from mobile_vla_core.shutdown_signal import ShutdownSignal


@pytest.fixture
def handlers():
    """Keep the handlers of this process."""
    numbers = (signal.SIGINT, signal.SIGTERM)
    before = {number: signal.getsignal(number) for number in numbers}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


@pytest.mark.usefixtures('handlers')
@pytest.mark.parametrize('number', [signal.SIGINT, signal.SIGTERM])
def test_a_signal_makes_the_call_and_raises_nothing(number):
    called = threading.Event()
    with ShutdownSignal(called.set):
        os.kill(os.getpid(), number)
        assert called.wait(2.0)


def test_the_handlers_of_before_are_put_back():
    called = threading.Event()
    before = signal.getsignal(signal.SIGINT)
    with ShutdownSignal(called.set):
        assert signal.getsignal(signal.SIGINT) is not before
    assert signal.getsignal(signal.SIGINT) is before
    assert not called.is_set()


def test_a_second_signal_does_not_kill_a_process_that_is_ending():
    code = """
import atexit, os, signal, threading
from mobile_vla_core.shutdown_signal import ShutdownSignal

def both():
    os.kill(os.getpid(), signal.SIGINT)
    os.kill(os.getpid(), signal.SIGTERM)

called = threading.Event()
with ShutdownSignal(called.set):
    both()
    called.wait()
    both()
both()
atexit.register(lambda: (both(), print('ended in order', flush=True)))
"""
    ended = subprocess.run([sys.executable, '-c', code], capture_output=True, text=True)
    assert (ended.returncode, ended.stdout, ended.stderr) == (0, 'ended in order\n', '')
