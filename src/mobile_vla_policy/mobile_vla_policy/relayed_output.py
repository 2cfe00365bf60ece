# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""Let nothing that a node writes to its terminal hold the node up."""

from __future__ import annotations

from contextlib import suppress
import fcntl
import os
import subprocess
import sys

from . import output_relay

_STREAMS = (1, 2)
"""Standard output and standard error."""
_COLOURS = 'RCUTILS_COLORIZED_OUTPUT'
_PIPE_BYTES = 1 << 20
"""For what is said while the relay is held up: nobody counts what finds no room there."""
_PATIENCE = 0.5
"""Time for the last lines to be written when the node ends [s]."""


class RelayedOutput:
    """
    Put a relay between this process and its terminal, see output_relay.py; a context manager.

    rclpy writes its log with Python's lock in hand: were the terminal to take no output, every
    thread would stand still, the one that stops the robot too. So all of this process, and what it
    starts, writes to a pipe that is never waited for.

    :param name: of the node
    """

    def __init__(self, name: str) -> None:
        self._name = name
        self._process: subprocess.Popen | None = None
        self._terminals: list[int] = []

    def __enter__(self) -> RelayedOutput:
        with suppress(OSError):  # Without the streams there is nothing to be held up by.
            self._terminals = [os.dup(stream) for stream in _STREAMS]
            self._redirect()
        return self

    def __exit__(self, *_: object) -> None:
        if self._process is None:
            return
        _flush()
        for terminal, stream in zip(self._terminals, _STREAMS, strict=True):
            os.dup2(terminal, stream)
            os.close(terminal)
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(_PATIENCE)

    def _redirect(self) -> None:
        # One pipe where both streams are one terminal, which keeps the order of their lines.
        pipes = [os.pipe()] if os.path.sameopenfile(*_STREAMS) else [os.pipe(), os.pipe()]
        reading = [ends[0] for ends in pipes]
        targets = self._terminals[: len(pipes)]
        numbers = [str(number) for pair in zip(reading, targets, strict=True) for number in pair]
        try:
            self._process = subprocess.Popen(
                [sys.executable, '-I', output_relay.__file__, self._name, *numbers],
                stdin=subprocess.DEVNULL,
                pass_fds=(*reading, *targets),
                start_new_session=True,  # A process group of its own: Ctrl-C does not reach it.
            )
            if os.isatty(_STREAMS[-1]):
                os.environ.setdefault(_COLOURS, '1')  # The log looks for a terminal itself.
            _flush()
            for stream in _STREAMS:
                writing = pipes[min(stream, len(pipes)) - 1][1]
                os.set_blocking(writing, False)
                with suppress(OSError):  # The system may be set to allow less.
                    fcntl.fcntl(writing, fcntl.F_SETPIPE_SZ, _PIPE_BYTES)
                os.dup2(writing, stream)
        finally:
            for number in (number for ends in pipes for number in ends):
                os.close(number)


def _flush() -> None:
    for stream in (sys.stdout, sys.stderr):
        if stream is not None:
            with suppress(OSError):
                stream.flush()
