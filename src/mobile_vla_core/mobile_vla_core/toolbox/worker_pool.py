# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""
Work on files in processes of their own: on a damaged one HDF5 may crash, or come to no end.

The process of a file that takes too long is killed, that of one that dies is replaced; the
others go on.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing import get_context
from multiprocessing.connection import Connection, wait
import os
from pathlib import Path
import signal
import time
from typing import Any

STARTING_TIME = 60.0
"""For a process to start on a busy machine [s]."""
LEAST_TIME = 8.0
"""For a small file [s]."""
SLOWEST_BYTES = 2_000_000
"""A file that is read slower than this has no end [bytes/s]."""
LONGEST_WAIT = 3600.0
"""At once; the system's own limit is some weeks [s]."""
AHEAD = 2
"""Files given to a process at once while many are left: it need not wait for the next one."""
_READY = 'ready'


@dataclass(frozen=True)
class Failure:
    """What became of a file without a result."""

    kind: str
    """'crash', 'hang', or 'error' for an exception."""
    text: str


def file_time_limit(path: Path) -> float:
    """Return how long a file may take [s]."""
    try:
        return LEAST_TIME + path.stat().st_size / SLOWEST_BYTES
    except OSError:
        return LEAST_TIME


class WorkerPool:
    """
    Processes that do the same with one file after another.

    :param work: a function of a module; its result is sent here
    :param count: of processes, one for each core by default
    :param time_limit: for a file [s]
    """

    def __init__(
        self,
        work: Callable[[Path], Any],
        count: int = 0,
        time_limit: Callable[[Path], float] = file_time_limit,
    ) -> None:
        self._work = work
        self._count = count or len(os.sched_getaffinity(0))
        self._time_limit = time_limit
        # A process that is forked from a server has the modules already, so a replacement is
        # there at once; the server itself holds no lock of a thread of ours.
        self._context = get_context('forkserver')
        self._context.set_forkserver_preload([work.__module__])

    def map(self, paths: Sequence[Path]) -> Iterator[tuple[int, Any]]:
        """
        Yield (number of the path, result or Failure) as they come, every path once.

        Leaving the loop early ends the processes.
        """
        pending = deque(enumerate(paths))
        workers = [self._start() for _ in range(min(self._count, len(paths)))]
        try:
            while workers:
                for worker in [worker for worker in workers if worker.ready]:
                    self._supply(worker, pending)
                    if not worker.tasks:
                        workers.remove(worker)
                        worker.end()
                yield from self._collect(workers, pending)
        finally:
            for worker in workers:
                worker.kill()

    def _supply(self, worker: _Worker, pending: deque[tuple[int, Path]]) -> None:
        # The last ones are given singly, so that none waits behind another while a process idles.
        while pending and len(worker.tasks) < (AHEAD if len(pending) > AHEAD * self._count else 1):
            worker.give(*pending.popleft(), self._time_limit)

    def _start(self) -> _Worker:
        return _Worker(self._context, self._work)

    def _collect(self, workers: list[_Worker], pending: deque) -> Iterator[tuple[int, Any]]:
        if not workers:
            return
        deadline = min(worker.deadline for worker in workers)
        connections = [worker.connection for worker in workers]
        ready = wait(connections, timeout=min(max(0.0, deadline - time.monotonic()), LONGEST_WAIT))
        for place, worker in enumerate(list(workers)):
            if worker.connection in ready:
                result = worker.take()
            elif time.monotonic() >= worker.deadline:
                result = worker.give_up()
            else:
                continue
            if result is None:
                continue
            if worker.ended:
                pending.extendleft(reversed(worker.left))
                workers[place] = self._start()
            number, outcome = result
            if number is None:  # it did not even start
                raise RuntimeError(f'a process could not be started: {outcome.text}')
            yield number, outcome


class _Worker:
    """One process, and the files that it was given; it works on the first of them."""

    def __init__(self, context: Any, work: Callable[[Path], Any]) -> None:
        self.connection, other = context.Pipe()
        self.process = context.Process(target=_serve, args=(other, work), daemon=True)
        self.process.start()
        other.close()
        self.ready = self.ended = False
        self.tasks: deque[tuple[int, Path, float]] = deque()
        self._expect(STARTING_TIME)

    @property
    def left(self) -> list[tuple[int, Path]]:
        """The files that it was given and has not begun."""
        return [(number, path) for number, path, _ in self.tasks]

    def give(self, number: int, path: Path, time_limit: Callable[[Path], float]) -> None:
        self.tasks.append((number, path, time_limit(path)))
        if len(self.tasks) == 1:
            self._expect(self.tasks[0][2])
        with suppress(ConnectionError):  # It died at the one before: `take` will tell.
            self.connection.send(path)

    def take(self) -> tuple[int | None, Any] | None:
        """Return the number of the file and its result, None for the word that it is ready."""
        try:
            result = self.connection.recv()
        except (EOFError, ConnectionError):
            return self._failed('crash', _exit_text(self))
        if not self.ready:
            self.ready = True
            self._expect(float('inf'))
            return None
        number, _, _ = self.tasks.popleft()
        self._expect(self.tasks[0][2] if self.tasks else float('inf'))
        return number, result

    def give_up(self) -> tuple[int | None, Any]:
        return self._failed('hang', f'reading it came to no end in {self._limit:.0f} s')

    def _expect(self, limit: float) -> None:
        self._limit, self.deadline = limit, time.monotonic() + limit

    def _failed(self, kind: str, text: str) -> tuple[int | None, Any]:
        self.kill()
        number, _, _ = self.tasks.popleft() if self.tasks else (None, None, None)
        return number, Failure(kind, text)

    def end(self) -> None:
        """Let the process end."""
        self.ended = True
        self.connection.close()
        self.process.join()

    def kill(self) -> None:
        """End the process, whatever it does."""
        self.ended = True
        self.process.kill()
        self.process.join()
        self.connection.close()


def _exit_text(worker: _Worker) -> str:
    worker.process.join()
    code = worker.process.exitcode
    if code is not None and code < 0:
        return f'the process that read it was ended by {signal.Signals(-code).name}'
    return f'the process that read it ended with status {code}'


def _serve(connection: Connection, work: Callable[[Path], Any]) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the one who started this
    connection.send(_READY)
    while True:
        try:
            path = connection.recv()
        except EOFError:
            return
        try:
            result = work(path)
        except Exception as error:  # the file is at fault, or the program: the others go on
            result = Failure('error', f'{type(error).__name__}: {error}'.split('\n', 1)[0])
        connection.send(result)
