# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""
The inference worker: load a policy, turn announced frames into chunks, answer each one.

It is a process of its own so that nothing a model does can hold up the control process. It is
started by worker_process.py and ends with it: when the socket closes, or when Linux reports the
parent's death.
"""

from __future__ import annotations

import argparse
import ctypes
import os
import resource
import signal
import socket
import sys
import time
import traceback
from typing import TYPE_CHECKING
import zlib

import cv2
import numpy as np
from numpy.typing import NDArray

from mobile_vla_core.errors import ImageFormatError, MobileVlaError
from mobile_vla_core.images import check_declared_size, Preprocessing
from mobile_vla_core.picture import COMPRESSED, Picture

from .cpu_set import parse_cpus, pin_process
from .frame_buffer import FrameBuffer
from .record import FrameRecord, RECORD_BYTES, ReplyKind, ReplyRecord
from .worker_settings import IDLE, WorkerSettings

if TYPE_CHECKING:
    from mobile_vla_core.policies.base import Policy

_PR_SET_PDEATHSIG = 1
"""From linux/prctl.h."""
_OOM_SCORE = '500'
"""When memory runs out, Linux ends this process before the one that stops the robot."""
_MEGABYTE = 1_000_000


class Worker:
    """
    Answer frames with a policy.

    :param policy: the loaded policy
    :param buffer: where the frames' bytes lie
    """

    def __init__(self, policy: Policy, buffer: FrameBuffer) -> None:
        self._policy = policy
        self._buffer = buffer
        self._preprocessing: Preprocessing = policy.card.preprocessing
        self._generation: int | None = None
        self._slow = False

    def warm_up(self) -> None:
        """Predict once, so that the first real frame does not pay for one-time work."""
        size = (self._preprocessing.height, self._preprocessing.width, 3)
        self._policy.reset('warm up')
        self._policy.observe(self._preprocessing.from_rgb(np.zeros(size, np.uint8)), 0.0)
        self._policy.predict()
        self._generation = None

    def answer(self, records: list[FrameRecord]) -> list[ReplyRecord]:
        """
        See all waiting frames in order and predict once, from the newest.

        A model slower than the step period sees the newest only: it would never catch up, and
        every answer would be as late as all that wait.

        :param records: waiting frames, at least one
        :return: one reply for each
        """
        newest = records[-1]
        replies = []
        for record in records:
            if record.generation != newest.generation:
                replies.append(self._reply(record, ReplyKind.SEEN))
            elif self._slow and record is not newest:
                replies.append(self._reply(record, ReplyKind.SKIPPED))
            else:
                replies.append(self._see(record, predict=record is newest))
        return replies

    def _see(self, record: FrameRecord, *, predict: bool) -> ReplyRecord:
        start = time.perf_counter()
        seen: dict[str, float] = {}
        try:
            frame = self._preprocess(record)
            seen = _look(frame)  # Also without an instruction: what the camera shows is known.
            if record.generation != self._generation:
                self._policy.reset(record.instruction)
                self._generation = record.generation
            self._policy.observe(frame, record.stamp)
            if not predict:
                return self._reply(record, ReplyKind.SEEN, **seen)
            chunk = self._policy.predict()
        except ImageFormatError as error:
            return self._reply(record, ReplyKind.BAD_IMAGE, text=str(error))
        except MobileVlaError as error:
            return self._reply(record, ReplyKind.BAD_CHUNK, text=str(error), **seen)
        seconds = time.perf_counter() - start
        self._slow = seconds > self._policy.card.step_period
        return ReplyRecord(
            kind=ReplyKind.CHUNK,
            sequence=record.sequence,
            generation=record.generation,
            stamp=chunk.stamp,
            inference_ms=seconds * 1e3,
            actions=chunk.actions,
            **seen,
        )

    def _preprocess(self, record: FrameRecord) -> NDArray[np.uint8]:
        data = self._buffer.read(record.sequence, record.size)
        picture = Picture(data, record.encoding, record.height, record.width, record.step)
        if record.encoding != COMPRESSED:
            check_declared_size(record.size, record.height, record.step, record.encoding)
        return self._preprocessing(picture.to_jpeg(self._preprocessing.jpeg_quality))

    @staticmethod
    def _reply(record: FrameRecord, kind: ReplyKind, **fields: object) -> ReplyRecord:
        return ReplyRecord(kind, record.sequence, record.generation, record.stamp, **fields)


def _look(frame: NDArray[np.uint8]) -> dict[str, float]:
    """Return what tells a frame from another, and a picture from none."""
    means, deviations = cv2.meanStdDev(frame)
    return {
        'crc32': zlib.crc32(np.ascontiguousarray(frame)),
        'brightness': float(means.mean()),
        'contrast': float(deviations.max()),
    }


def serve(worker: Worker, link: socket.socket) -> None:
    """Answer frames until the control process closes the socket."""
    while True:
        records = _receive_waiting(link)
        if not records:
            return
        for reply in worker.answer(records):
            link.send(reply.pack())


def main(arguments: list[str] | None = None) -> int:
    """Load the policy and serve it; the exit status is 1 when that does not work."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the control process' to answer.
    ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    settings, others = WorkerSettings.parse(arguments)
    options = _parse(others)
    if os.getppid() != options.parent:
        return 0  # It died before its death could be reported.
    link = socket.socket(fileno=options.socket)
    try:
        _take_resources(settings)
        policy = _load(settings)
        worker = Worker(policy, FrameBuffer(options.buffer))
        worker.warm_up()
        link.send(ReplyRecord(ReplyKind.READY).pack())
        serve(worker, link)
    except MobileVlaError as error:
        link.send(ReplyRecord(ReplyKind.FAILED, text=str(error)).pack())
        return 1
    except (BrokenPipeError, ConnectionResetError):
        pass  # The control process is gone.
    except Exception as error:
        traceback.print_exc()
        link.send(ReplyRecord(ReplyKind.CRASHED, text=crash_reason(error, settings)).pack())
        return 1
    return 0


def crash_reason(error: Exception, settings: WorkerSettings) -> str:
    """Say in a few words what an unforeseen error was: one of memory, or another."""
    text = str(error).strip().partition('\n')[0] or type(error).__name__
    # torch and OpenCV have errors of their own for it, which are no MemoryError.
    if isinstance(error, MemoryError) or 'memory' in text.lower():
        limit = settings.memory_megabytes
        return f'out of memory{f", it may take {limit} MB" if limit else ""}: {text}'
    return f'{type(error).__name__}: {text}'


def _take_resources(settings: WorkerSettings) -> None:
    """Step back behind the control process as far as told."""
    # The control process may be pinned, and its processors were inherited.
    if settings.cpus:
        pin_process(parse_cpus(settings.cpus, range(os.cpu_count())))
    if settings.nice == IDLE:
        os.sched_setscheduler(0, os.SCHED_IDLE, os.sched_param(0))
    else:
        os.nice(settings.nice)
    with open('/proc/self/oom_score_adj', 'w') as file:
        file.write(_OOM_SCORE)
    if settings.memory_megabytes:
        # Not RLIMIT_AS: address space that is only reserved, as CUDA does, costs nothing.
        limit = settings.memory_megabytes * _MEGABYTE
        resource.setrlimit(resource.RLIMIT_DATA, (limit, limit))


def _load(settings: WorkerSettings) -> Policy:
    import torch

    from mobile_vla_core.checkpoint import load_policy

    cv2.setNumThreads(settings.threads)
    torch.set_num_threads(settings.threads)
    dtype = None if settings.dtype == 'auto' else getattr(torch, settings.dtype)
    return load_policy(settings.checkpoint, device=settings.device, dtype=dtype)


def _receive_waiting(link: socket.socket) -> list[FrameRecord]:
    """Wait for a record and take all that wait with it; none when the socket was closed."""
    records = []
    flags = 0
    while True:
        try:
            data = link.recv(RECORD_BYTES, flags)
        except BlockingIOError:
            return records
        if not data:
            return []
        records.append(FrameRecord.unpack(data))
        flags = socket.MSG_DONTWAIT


def _parse(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description='Inference worker of the policy node.')
    parser.add_argument('--parent', type=int, required=True, help='process that started this')
    parser.add_argument('--socket', type=int, required=True, help='inherited file descriptor')
    parser.add_argument('--buffer', type=int, required=True, help='inherited file descriptor')
    return parser.parse_args(arguments)


if __name__ == '__main__':
    status = main()
    sys.stderr.flush()
    # Skip the interpreter's teardown: torch's takes long, and there is nothing to save.
    os._exit(status)
