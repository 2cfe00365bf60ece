# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""Reading files in a process of its own: on a damaged one the HDF5 library may crash or hang."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
import multiprocessing
from multiprocessing.connection import Connection
import signal
import threading
from typing import Any

from ...episodes.damage import READ_ERRORS, reason, REMEDY
from ...errors import EpisodeError, MobileVlaError

TIME_LIMIT = 10.0
"""For one call [s]."""
STARTING_TIME = 60.0
"""For a process to start on a busy machine [s]."""


class ReaderFailureError(EpisodeError):
    """
    A call without a result.

    :param kind: 'crash', 'hang', or 'error' for what the function raised
    """

    def __init__(self, kind: str, text: str) -> None:
        super().__init__(text)
        self.kind = kind


class IsolatedReader:
    """
    Calls functions in another process, one at a time, from any thread.

    A process that crashed or hung is replaced at the next call.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._process: Any = None
        self._connection: Connection | None = None
        self._closed = False

    def call(
        self, function: Callable[..., Any], *arguments: Any, limit: float = TIME_LIMIT
    ) -> Any:
        """
        Return what a function of a module returns.

        :param limit: time after which it is taken to hang [s]
        :raises ReaderFailureError: with the text of what it raised, or that it crashed or hung
        """
        with self._lock:
            connection = self._running()
            try:
                connection.send((function, arguments))
                if not connection.poll(limit):
                    text = f'reading it came to no end in {limit:.0f} s; {REMEDY}'
                    raise ReaderFailureError('hang', text)
                done, result = connection.recv()
            except (EOFError, ConnectionError) as error:
                self._end()
                text = f'the HDF5 library crashed on it; {REMEDY}'
                raise ReaderFailureError('crash', text) from error
            except BaseException:
                self._end()
                raise
        if not done:
            raise ReaderFailureError('error', result)
        return result

    def close(self) -> None:
        """End the process, whatever it does; a call under way raises ReaderFailureError."""
        self._closed = True
        process = self._process
        if process is not None:
            process.kill()
        with self._lock:
            self._end()

    def _running(self) -> Connection:
        if self._closed:
            raise ReaderFailureError('error', 'the page is being closed')
        if self._connection is None:
            context = multiprocessing.get_context('spawn')
            ours, theirs = context.Pipe()
            self._process = context.Process(target=_serve, args=(theirs,), daemon=True)
            self._process.start()
            theirs.close()
            self._connection = ours
            if not ours.poll(STARTING_TIME):
                self._end()
                text = 'the process that reads episodes did not start: try again'
                raise ReaderFailureError('hang', text)
            with suppress(EOFError):
                ours.recv()
        return self._connection

    def _end(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._process.kill()
            self._process.join()
        self._connection = self._process = None


def _serve(connection: Connection) -> None:
    """Answer calls until the other end is closed; Ctrl-C is for the process that serves."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    connection.send('ready')
    while True:
        try:
            function, arguments = connection.recv()
        except (EOFError, OSError):
            return
        try:
            answer = True, function(*arguments)
        except MobileVlaError as error:
            answer = False, str(error)
        except READ_ERRORS as error:
            answer = False, f'it is damaged: {reason(error)}; {REMEDY}'
        with suppress(ConnectionError):
            connection.send(answer)
