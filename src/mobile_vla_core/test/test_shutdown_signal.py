# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""Tests for shutdown_signal.py."""

import os
import signal
import threading

import pytest

from mobile_vla_core.shutdown_signal import ShutdownSignal


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
