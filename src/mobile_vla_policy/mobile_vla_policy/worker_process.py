# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""Start, feed and watch over the inference worker."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
import os
import select
import signal
import socket
import subprocess
import sys
import threading
import time
import traceback

from mobile_vla_core.picture import Picture
from mobile_vla_core.safety import StopReason

from .backlog import Backlog
from .backoff import Backoff
from .frame_buffer import FrameBuffer, SLOTS
from .record import FrameRecord, RECORD_BYTES, ReplyKind, ReplyRecord
from .reply_delay import ReplyDelay
from .worker_settings import WorkerSettings

_GRACE = 1.0
"""Time for a worker to end by itself when its socket closes [s]."""
_LOADING = 600.0
"""Longest time in which a policy may be loaded [s]."""
_GLANCE = 0.1
"""Time between looks at the backlog while the worker says nothing [s]."""


class WorkerProcess:
    """
    Keep one worker running and pass frames and replies.

    A thread of its own starts the worker, reads its replies, kills it when it hangs and starts
    it again when it is dead. That thread outlives every worker it starts, because Linux ties the
    parent-death signal to the thread that forked.

    :param on_reply: called with each answer to a frame, in the supervising thread
    :param on_state: called with (None, '') when the worker is ready, else with the reason why
        there is none and its detail
    :param answer_limit: a worker that takes longer to answer a frame is hung [s]
    :param added_latency: answers are held back for so long, to test what that does [s]
    """

    def __init__(
        self,
        settings: WorkerSettings,
        on_reply: Callable[[ReplyRecord], None],
        on_state: Callable[[StopReason | None, str], None],
        answer_limit: float = 5.0,
        added_latency: float = 0.0,
    ) -> None:
        self._settings = settings
        self._on_reply = on_reply
        self._on_state = on_state
        self._buffer = FrameBuffer()
        self._lock = threading.Lock()
        self._link: socket.socket | None = None
        self._ready = False
        self._backlog = Backlog(SLOTS, answer_limit)
        self._delay = ReplyDelay(added_latency)
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
        with self._lock, suppress(OSError):  # The worker may be gone already.
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
            if not self._ready or self._backlog.full:
                return False
            sequence = self._backlog.next
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
            self._backlog.sent(time.monotonic())
            return True

    def _supervise(self) -> None:
        backoff = Backoff()
        while True:
            self._on_state(StopReason.WORKER_STARTING, '')
            started = time.monotonic()
            reason, detail = self._run_one(started + _LOADING)
            if self._stopping.is_set():
                return
            self._on_state(reason, detail)
            if reason is StopReason.WORKER_FAILED:
                return
            if self._stopping.wait(backoff.after(time.monotonic() - started)):
                return
            self.restarts += 1

    def _run_one(self, loaded_by: float) -> tuple[StopReason, str]:
        """
        Start a worker and serve it to its end; nothing that goes wrong with it ends this thread.

        :param loaded_by: when the policy has to be loaded [s]
        :return: why there is none any more
        """
        try:
            process = self._launch()
        except (OSError, MemoryError) as error:
            return StopReason.WORKER_DOWN, f'it cannot be started: {error}'
        try:
            reason, detail = self._read_replies(loaded_by)
        except Exception as error:  # An answer that cannot be read or used.
            with suppress(OSError):  # Such as when nobody takes what is written.
                traceback.print_exc()
            detail = self._kill(f'{type(error).__name__}: {error}')
            reason = StopReason.WORKER_DOWN
        how = self._reap(process)
        return reason, detail or how

    def _launch(self) -> subprocess.Popen:
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs:
            try:
                process = self._start(theirs)
            except BaseException:
                ours.close()
                raise
        with self._lock:
            self._link = ours
            self._backlog.clear()
            self._delay.clear()
            self.pid = process.pid
            if self._stopping.is_set():
                with suppress(OSError):
                    ours.shutdown(socket.SHUT_RDWR)
        return process

    def _start(self, theirs: socket.socket) -> subprocess.Popen:
        descriptors = (theirs.fileno(), self._buffer.descriptor)
        command = [sys.executable, '-m', 'mobile_vla_policy.worker']
        command += [*self._settings.arguments(), '--parent', str(os.getpid())]
        command += ['--socket', str(descriptors[0]), '--buffer', str(descriptors[1])]
        environment = dict(os.environ, OMP_NUM_THREADS=str(self._settings.threads))
        # The worker imports what this process imports, however its path was set up.
        environment['PYTHONPATH'] = os.pathsep.join(path for path in sys.path if path)
        return subprocess.Popen(
            command,
            env=environment,
            pass_fds=descriptors,
            stdin=subprocess.DEVNULL,
            start_new_session=True,  # A process group of its own: Ctrl-C does not reach it.
        )

    def _read_replies(self, loaded_by: float) -> tuple[StopReason, str]:
        """
        Pass replies on until the worker is gone or has to go.

        :param loaded_by: when the policy has to be loaded [s]
        :return: why, as far as it is known before the worker's end
        """
        poller = select.poll()
        poller.register(self._link, select.POLLIN)
        while True:
            now = time.monotonic()
            for reply in self._delay.due(now):
                self._on_reply(reply)
            if not poller.poll(min(_GLANCE, self._delay.left(now)) * 1e3):
                now = time.monotonic()
                if self._ready and self._backlog.overdue(now):
                    limit = self._backlog.limit
                    return StopReason.WORKER_DOWN, self._kill(f'no answer within {limit:g} s')
                if not self._ready and now > loaded_by:
                    return StopReason.WORKER_DOWN, self._kill(f'not loaded in {_LOADING:g} s')
                continue
            try:
                data = self._link.recv(RECORD_BYTES)
            except OSError:
                data = b''
            if not data:
                return StopReason.WORKER_DOWN, ''
            reply = ReplyRecord.unpack(data)
            if reply.kind is ReplyKind.FAILED:
                return StopReason.WORKER_FAILED, reply.text
            if reply.kind is ReplyKind.CRASHED:
                return StopReason.WORKER_DOWN, reply.text
            if reply.kind is ReplyKind.READY:
                self._ready = True
                self._on_state(None, '')
                continue
            now = time.monotonic()
            with self._lock:
                self._backlog.answered(reply.sequence, now)
            self._delay.put(reply, now)

    def _kill(self, why: str) -> str:
        """End a worker that does not answer, and hand on why."""
        with suppress(ProcessLookupError):
            os.killpg(self.pid, signal.SIGKILL)
        return why

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
        if process.returncode >= 0:
            return f'exit status {process.returncode}'
        try:
            return f'killed by {signal.Signals(-process.returncode).name}'
        except ValueError:  # Those of real time have no names.
            return f'killed by signal {-process.returncode}'
