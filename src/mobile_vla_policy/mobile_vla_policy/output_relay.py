# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""
The process between a node and its terminal: it always reads, and writes when the terminal lets it.

A terminal takes no output after Ctrl-S, and a pipe none when nobody reads it; whoever writes then
stands still. This process may. What comes meanwhile waits here, up to a limit; what is beyond that
is left out, and counted. It is started by relayed_output.py, imports nothing that takes time, and
ends when nobody is left who could write.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from contextlib import suppress
import os
import select
import signal
import sys
import threading
import time

LIMIT_BYTES = 256 * 1024
"""Most that waits for one terminal."""
_GRACE = 2.0
"""Time for the terminal to take what waits when everybody has ended [s]."""
_CHUNK = 65536
_LONGEST_LINE = 8192
"""Beyond it a line is passed on in parts [bytes]."""


class Channel:
    """
    Lines on their way from a pipe to what takes output at its own pace.

    :param target: file descriptor; one that is closed takes everything and shows nothing
    :param name: of the node, for the line that says how many were left out
    """

    def __init__(self, target: int, name: str) -> None:
        self._target = target
        self._name = name
        self._changed = threading.Condition()
        self._waiting: deque[bytes] = deque()
        self._bytes = 0
        self._dropped = 0
        self._begun = b''
        self._closing = False
        self._thread = threading.Thread(target=self._write, daemon=True)
        self._thread.start()

    def put(self, data: bytes) -> None:
        """Take what came out of the pipe, b'' at its end; never waits."""
        *lines, self._begun = (self._begun + data).splitlines(keepends=True) or [b'']
        if self._begun.endswith(b'\n') or len(self._begun) > _LONGEST_LINE or not data:
            lines, self._begun = [*lines, self._begun], b''
        with self._changed:
            for line in lines:
                if self._bytes + len(line) > LIMIT_BYTES:
                    self._dropped += 1
                else:
                    self._waiting.append(line)
                    self._bytes += len(line)
            self._closing = not data
            self._changed.notify()

    def close(self, patience: float) -> None:
        """Wait until everything is written, but for no longer [s]."""
        self._thread.join(patience)

    def _write(self) -> None:
        while text := self._next():
            view = memoryview(text)
            with suppress(OSError):  # Whoever read it is gone.
                while view:
                    select.select([], [self._target], [])  # It may be one that never blocks.
                    view = view[os.write(self._target, view) :]

    def _next(self) -> bytes:
        """Wait for lines, and tell of those that had no room before them; b'' at the end."""
        with self._changed:
            self._changed.wait_for(lambda: self._waiting or self._dropped or self._closing)
            text, dropped = b''.join(self._waiting), self._dropped
            self._waiting.clear()
            self._bytes = self._dropped = 0
        if dropped:
            text += (
                f'[WARN] [{time.time():.9f}] [{self._name}]: {dropped} lines of output were left '
                f'out, because nobody took them\n'
            ).encode()
        return text


def relay(pairs: Sequence[tuple[int, int]], name: str) -> None:
    """
    Pass on until every pipe is closed.

    :param pairs: file descriptors: a pipe to read, and where to write
    """
    channels = {source: Channel(target, name) for source, target in pairs}
    poller = select.poll()
    for source in channels:
        poller.register(source, select.POLLIN)
    opened = set(channels)
    while opened:
        for source, _ in poller.poll():
            data = os.read(source, _CHUNK)
            channels[source].put(data)
            if not data:
                poller.unregister(source)
                opened.discard(source)
    deadline = time.monotonic() + _GRACE
    for channel in channels.values():
        channel.close(max(0.0, deadline - time.monotonic()))


if __name__ == '__main__':
    # It outlives the node that it serves, by a little: its last words matter most.
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    node, *numbers = sys.argv[1:]
    relay(list(zip(map(int, numbers[::2]), map(int, numbers[1::2]), strict=True)), node)
    os._exit(0)  # A thread may still be writing.
