# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""Hand what a policy sees and does to the process that writes it down, and never wait for it."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from contextlib import suppress
import json
import os
from pathlib import Path
import subprocess
import sys
import threading
from typing import Any

from numpy.typing import ArrayLike

from mobile_vla_core.picture import Picture

from .cpu_set import usable_cpus

LIMIT_BYTES = 64 * 1024 * 1024
"""Most bytes of pictures that wait to be written; a picture that comes then is left out."""
LIMIT_RECORDS = 2048
"""Most records that wait; at 20 Hz those of more than a minute."""
_GRACE = 3.0
"""Time for what waits to be written when the log is closed [s]; the writer goes on alone."""


class RunLog:
    """
    A queue, a thread that empties it into a pipe, and the writer's process at its other end.

    HDF5 holds Python's lock while a disk is slow, hence the process; the writer ends the file
    in order also when this process is killed. Every method returns at once.

    :param folder: where the files go, created when absent
    :param quality: of the JPEG, the one that the policy was trained with
    :param metadata: stored with each file
    :param on_failure: called once, in a thread of the log, when nothing can be written any more
    """

    def __init__(
        self,
        folder: Path,
        quality: int,
        metadata: dict[str, str | float | int | bool],
        on_failure: Callable[[str], None],
    ) -> None:
        self._on_failure = on_failure
        self._waiting: deque[tuple[bytes, memoryview | None]] = deque()
        self._bytes = 0
        self._changed = threading.Condition()
        self._closing = False
        self._failed = False
        self.dropped = 0
        """Records left out because too many waited, or because nothing can be written."""
        command = [sys.executable, '-m', 'mobile_vla_policy.run_log_writer']
        command += ['--folder', str(folder), '--quality', str(quality)]
        command += ['--metadata', json.dumps(metadata)]
        environment = dict(os.environ)
        environment['PYTHONPATH'] = os.pathsep.join(path for path in sys.path if path)
        self._process = subprocess.Popen(
            command,
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            start_new_session=True,  # A process group of its own: Ctrl-C does not reach it.
        )
        with suppress(OSError):  # The control process may be pinned, which it would inherit.
            os.sched_setaffinity(self._process.pid, usable_cpus())
        self._threads = [
            threading.Thread(target=target, name='run-log', daemon=True)
            for target in (self._write, self._watch)
        ]
        for thread in self._threads:
            thread.start()

    def begin(self, instruction: str, stamp: float) -> None:
        """Begin a file; the one before, if any, ends."""
        self._put({'kind': 'begin', 'instruction': instruction, 'stamp': stamp})

    def frame(self, picture: Picture, stamp: float, now: float) -> None:
        """Log a picture that the policy sees, with its capture and receive times [s]."""
        head = {
            'kind': 'frame',
            'stamp': stamp,
            'received': now,
            'encoding': picture.encoding,
            'height': picture.height,
            'width': picture.width,
            'step': picture.step,
            'size': picture.size,
        }
        self._put(head, memoryview(picture.data))

    def command(self, velocity: ArrayLike, action_type: int, stamp: float) -> None:
        """Log a command, shape (3,) [m/s, m/s, rad/s], whoever gave it."""
        values = [float(value) for value in velocity]
        self._put(
            {'kind': 'command', 'velocity': values, 'action_type': action_type, 'stamp': stamp}
        )

    def event(self, stamp: float, kind: str, text: str) -> None:
        """Log an event."""
        self._put({'kind': 'event', 'event': kind, 'text': text, 'stamp': stamp})

    def end(self, reason: str, stamp: float) -> None:
        """End the file, if there is one."""
        self._put({'kind': 'end', 'reason': reason, 'stamp': stamp, 'dropped': self.dropped})

    def close(self) -> None:
        """End the writer's process, waiting a little for what is still to be written."""
        with self._changed:
            self._closing = True
            self._changed.notify()
        for thread in self._threads:
            thread.join(_GRACE)

    def _put(self, head: dict[str, Any], data: memoryview | None = None) -> None:
        size = 0 if data is None else data.nbytes
        with self._changed:
            full = len(self._waiting) >= LIMIT_RECORDS or self._bytes + size > LIMIT_BYTES
            # Where a file begins and ends is never left out; there are few of them.
            if self._failed or (full and head['kind'] not in ('begin', 'end')):
                self.dropped += 1
                return
            self._waiting.append((json.dumps(head).encode() + b'\n', data))
            self._bytes += size
            self._changed.notify()

    def _write(self) -> None:
        pipe = self._process.stdin
        try:
            while (record := self._next()) is not None:
                head, data = record
                pipe.write(head)
                if data is not None:
                    pipe.write(data.cast('B'))
                pipe.flush()
            pipe.close()
        except OSError:
            pass  # The writer is gone: `_watch` tells why.

    def _next(self) -> tuple[bytes, memoryview | None] | None:
        with self._changed:
            self._changed.wait_for(lambda: self._waiting or self._closing or self._failed)
            if not self._waiting:
                return None
            head, data = self._waiting.popleft()
            self._bytes -= 0 if data is None else data.nbytes
            return head, data

    def _watch(self) -> None:
        errors = self._process.stderr.read().decode(errors='replace').strip()
        status = self._process.wait()
        if status == 0 and self._closing:
            return
        with self._changed:
            self._failed = True
            self.dropped += len(self._waiting)
            self._waiting.clear()
            self._bytes = 0
            self._changed.notify()
        reason = errors or f'its process ended with status {status}'
        self._on_failure(f'the run log is not written any more: {reason}')
