# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""Start, feed and watch over the inference worker."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
import os
import signal
import socket
import subprocess
import sys
import threading
import time

from mobile_vla_core.picture import Picture
from mobile_vla_core.safety import StopReason

from .frame_buffer import FrameBuffer, SLOTS
from .record import FrameRecord, RECORD_BYTES, ReplyKind, ReplyRecord

_FIRST_PAUSE, _LONGEST_PAUSE = 0.2, 5.0
"""Waits before a restart [s]; each is twice the one before."""
_HEALTHY_AFTER = 10.0
"""A worker that lived this long starts the waits over [s]."""
_GRACE = 1.0
"""Time for a worker to end by itself when its socket closes [s]."""


@dataclass(frozen=True)
class WorkerSettings:
    """
    What a worker is started with.

    :param checkpoint: directory of the policy
    :param device: torch device
    :param threads: threads of torch and OpenCV
    """

    checkpoint: str
    device: str = 'cpu'
    threads: int = 1


class WorkerProcess:
    """
    Keep one worker running and pass frames and replies.

    A thread of its own starts the worker, reads its replies and starts it again when it dies.
    That thread outlives every worker it starts, because Linux ties the parent-death signal to
    the thread that forked.

    :param on_reply: called with each answer to a frame, in the supervising thread
    :param on_state: called with (None, '') when the worker is ready, else with the reason why
        there is none and its detail
    """

    def __init__(
        self,
        settings: WorkerSettings,
        on_reply: Callable[[ReplyRecord], None],
        on_state: Callable[[StopReason | None, str], None],
    ) -> None:
        self._settings = settings
        self._on_reply = on_reply
        self._on_state = on_state
        self._buffer = FrameBuffer()
        self._lock = threading.Lock()
        self._link: socket.socket | None = None
        self._ready = False
        self._sent = self._answered = 0
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._supervise, name='worker-supervisor')
        self.restarts = 0
        self.pid: int | None = None

    def start(self) -> None:
        """Start the worker; `on_state` tells when it is ready."""
        self._thread.start()

    def stop(self) -> None:
        """End the worker for good; nothing of it is left when this returns."""
        if self._stopping.is_set():
            return
        self._stopping.set()
        with self._lock:
            if self._link is not None:
                self._link.shutdown(socket.SHUT_RDWR)
        self._thread.join()
        self._buffer.close()

    def send(self, picture: Picture, stamp: float, generation: int, instruction: str) -> bool:
        """
        Give a frame to the worker.

        :return: False when it cannot take it: not ready, or all slots in use
        :raises ImageFormatError: if the frame is larger than a slot
        """
        with self._lock:
            if not self._ready or self._sent - self._answered >= SLOTS:
                return False
            sequence = self._sent + 1
            self._buffer.write(sequence, memoryview(picture.data))
            record = FrameRecord(
                sequence=sequence,
                generation=generation,
                stamp=stamp,
                size=picture.size,
                height=picture.height,
                width=picture.width,
                step=picture.step,
                encoding=picture.encoding,
                instruction=instruction,
            )
            try:
                self._link.send(record.pack(), socket.MSG_DONTWAIT)
            except OSError:
                return False  # Dead or not reading: the supervising thread sees to it.
            self._sent = sequence
            return True

    def _supervise(self) -> None:
        pause = _FIRST_PAUSE
        while True:
            self._on_state(StopReason.WORKER_STARTING, '')
            started = time.monotonic()
            process = self._launch()
            failure = self._read_replies()
            how = self._reap(process)
            if self._stopping.is_set():
                return
            if failure is not None:
                self._on_state(StopReason.WORKER_FAILED, failure)
                return
            self._on_state(StopReason.WORKER_DOWN, how)
            pause = _FIRST_PAUSE if time.monotonic() - started > _HEALTHY_AFTER else pause
            if self._stopping.wait(pause):
                return
            pause = min(2.0 * pause, _LONGEST_PAUSE)
            self.restarts += 1

    def _launch(self) -> subprocess.Popen:
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        descriptors = (theirs.fileno(), self._buffer.descriptor)
        command = [sys.executable, '-m', 'mobile_vla_policy.worker']
        command += ['--checkpoint', self._settings.checkpoint, '--device', self._settings.device]
        command += ['--threads', str(self._settings.threads)]
        command += ['--parent', str(os.getpid())]
        command += ['--socket', str(descriptors[0]), '--memory', str(descriptors[1])]
        environment = dict(os.environ, OMP_NUM_THREADS=str(self._settings.threads))
        # The worker imports what this process imports, however its path was set up.
        environment['PYTHONPATH'] = os.pathsep.join(path for path in sys.path if path)
        process = subprocess.Popen(
            command,
            env=environment,
            pass_fds=descriptors,
            stdin=subprocess.DEVNULL,
            start_new_session=True,  # A process group of its own: Ctrl-C does not reach it.
        )
        theirs.close()
        with self._lock:
            self._link = ours
            self._sent = self._answered = 0
            self.pid = process.pid
            if self._stopping.is_set():
                ours.shutdown(socket.SHUT_RDWR)
        return process

    def _read_replies(self) -> str | None:
        """Pass replies on until the worker is gone; return why it cannot load, if it said so."""
        while True:
            try:
                data = self._link.recv(RECORD_BYTES)
            except OSError:
                return None
            if not data:
                return None
            reply = ReplyRecord.unpack(data)
            if reply.kind is ReplyKind.FAILED:
                return reply.text
            if reply.kind is ReplyKind.READY:
                self._ready = True
                self._on_state(None, '')
                continue
            with self._lock:
                self._answered = reply.sequence
            self._on_reply(reply)

    def _reap(self, process: subprocess.Popen) -> str:
        """Make sure that the worker and its children are gone; return how it ended."""
        with self._lock:
            self._ready = False
            self._link.close()
            self._link = None
        with suppress(subprocess.TimeoutExpired):
            process.wait(_GRACE)
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        if process.returncode < 0:
            return f'killed by {signal.Signals(-process.returncode).name}'
        return f'exit status {process.returncode}'
