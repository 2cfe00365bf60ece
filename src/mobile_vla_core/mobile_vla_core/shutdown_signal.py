# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""Turn SIGINT and SIGTERM into a call, so that a node ends in order before ROS does."""

from __future__ import annotations

from collections.abc import Callable
import os
import signal
import threading
from types import TracebackType

from .parent_end import end_with_launch


class ShutdownSignal:
    """
    Call a function at the first SIGINT or SIGTERM; a context manager for the main thread.

    Python runs signal handlers in the main thread, which may be waiting inside ROS. So the
    signal is written to a pipe, and a thread of its own that reads the pipe makes the call.

    Once a signal has come, further ones are ignored until the process ends: a second Ctrl-C, or
    the one that a launch system sends to everybody, would kill it while it ends in order.
    A launch that is killed itself counts as SIGTERM, see parent_end.py.

    :param call: what to do, in that thread
    """

    def __init__(self, call: Callable[[], None]) -> None:
        self._call = call
        self._came = False
        self._thread = threading.Thread(target=self._wait, name='shutdown-signal', daemon=True)

    def __enter__(self) -> ShutdownSignal:
        self._reading, self._writing = os.pipe()
        os.set_blocking(self._writing, False)
        self._previous = {
            number: signal.signal(number, lambda *_: None)
            for number in (signal.SIGINT, signal.SIGTERM)
        }
        self._previous_descriptor = signal.set_wakeup_fd(self._writing)
        self._thread.start()
        end_with_launch()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        signal.set_wakeup_fd(self._previous_descriptor)
        os.close(self._writing)
        self._thread.join()
        os.close(self._reading)
        for number, handler in self._previous.items():
            # Python itself puts back the default of a handler when it ends, but not of SIG_IGN.
            signal.signal(number, signal.SIG_IGN if self._came else handler)

    def _wait(self) -> None:
        if os.read(self._reading, 1):
            self._came = True
            self._call()
