# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""Tests for worker_process.py, through real processes."""

import itertools
import os
from pathlib import Path
import queue
import resource
import shutil
import signal
import subprocess
import sys
import time
import zlib

import numpy as np
import pytest

from mobile_vla_core.images import encode_jpeg, Preprocessing
from mobile_vla_core.picture import Picture
from mobile_vla_core.safety import StopReason
from mobile_vla_policy.frame_buffer import SLOTS
from mobile_vla_policy.record import ReplyKind
from mobile_vla_policy.worker_process import WorkerProcess
from mobile_vla_policy.worker_settings import IDLE, WorkerSettings

PATIENCE = 30.0
"""Loading torch takes seconds, more on a busy machine."""

PICTURE = np.random.default_rng(0).integers(0, 255, (180, 320, 3), dtype=np.uint8)

PARENT = """
import sys, time
from mobile_vla_policy.worker_process import WorkerProcess
from mobile_vla_policy.worker_settings import WorkerSettings
worker = WorkerProcess(WorkerSettings(sys.argv[1]), print, lambda *state: None)
worker.start()
while worker.pid is None:
    time.sleep(0.01)
print(worker.pid, flush=True)
time.sleep(60)
"""


class Watched:
    """A worker process whose replies and states wait in queues."""

    def __init__(
        self, checkpoint, answer_limit=PATIENCE, added_latency=0.0, on_reply=None, **settings
    ):
        self.replies, self.states = queue.Queue(), queue.Queue()
        self.process = WorkerProcess(
            WorkerSettings(str(checkpoint), **settings),
            on_reply or self.replies.put,
            lambda reason, detail: self.states.put((reason, detail)),
            answer_limit,
            added_latency,
        )
        self.process.start()

    def wait_for(self, reason):
        """Return the detail of the state with this reason."""
        deadline = time.monotonic() + PATIENCE
        while True:
            found, detail = self.states.get(timeout=max(0.1, deadline - time.monotonic()))
            if found is reason:
                return detail

    def send(self, stamp=1.0, generation=1, rgb=PICTURE):
        height, width = rgb.shape[:2]
        picture = Picture(rgb.tobytes(), 'rgb8', height, width, 3 * width)
        return self.process.send(picture, stamp, generation, 'go left')


@pytest.fixture
def watch():
    started = []

    def start(checkpoint, **options):
        started.append(Watched(checkpoint, **options))
        return started[-1]

    yield start
    for watched in started:
        watched.process.stop()
        assert is_gone(watched.process.pid)


def is_gone(pid, patience=0.0):
    deadline = time.monotonic() + patience
    while Path(f'/proc/{pid}').exists():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True


def test_a_worker_is_fed_killed_started_again_and_stalled(watch, checkpoint):
    watched = watch(checkpoint)
    assert watched.send() is False  # Not ready yet.
    watched.wait_for(None)

    assert watched.send(stamp=7.5)
    reply = watched.replies.get(timeout=PATIENCE)
    seen = Preprocessing()(encode_jpeg(PICTURE))
    assert reply.kind is ReplyKind.CHUNK
    assert (reply.stamp, reply.crc32) == (7.5, zlib.crc32(seen))

    first = watched.process.pid
    os.kill(first, signal.SIGKILL)
    assert watched.wait_for(StopReason.WORKER_DOWN) == 'killed by SIGKILL'
    watched.wait_for(None)
    assert watched.process.pid != first
    assert watched.process.restarts == 1
    assert watched.send(stamp=8.5)
    assert watched.replies.get(timeout=PATIENCE).stamp == 8.5

    os.kill(watched.process.pid, signal.SIGSTOP)
    assert [watched.send() for _ in range(SLOTS + 1)] == [True] * SLOTS + [False]
    stopped = watched.process.pid
    watched.process.stop()
    with pytest.raises(ProcessLookupError):
        os.kill(stopped, 0)


def test_a_worker_ignores_sigint(watch, checkpoint):
    watched = watch(checkpoint)
    watched.wait_for(None)
    os.kill(watched.process.pid, signal.SIGINT)
    assert watched.send()
    assert watched.replies.get(timeout=PATIENCE).kind is ReplyKind.CHUNK


def test_a_checkpoint_that_was_tampered_with_is_not_tried_twice(watch, checkpoint, tmp_path):
    broken = tmp_path / 'broken'
    shutil.copytree(checkpoint, broken)
    weights = broken / 'model.safetensors'
    weights.write_bytes(weights.read_bytes()[:-4] + b'\0\0\0\1')
    watched = watch(broken)
    detail = watched.wait_for(StopReason.WORKER_FAILED)
    assert 'was changed after it was saved' in detail
    assert watched.process.restarts == 0


def test_a_worker_does_not_outlive_a_parent_that_is_killed(checkpoint):
    parent = subprocess.Popen(
        [sys.executable, '-c', PARENT, str(checkpoint)],
        stdout=subprocess.PIPE,
        env=dict(os.environ, PYTHONPATH=os.pathsep.join(sys.path)),
        text=True,
    )
    with parent:
        worker = int(parent.stdout.readline())
        parent.kill()
    assert is_gone(worker, patience=PATIENCE)


def test_stopping_while_the_worker_loads_leaves_nothing(watch, checkpoint):
    watched = watch(checkpoint)
    while watched.process.pid is None:
        time.sleep(0.01)
    watched.process.stop()
    assert is_gone(watched.process.pid)


def test_a_worker_that_hangs_is_killed_and_one_without_frames_is_not(watch, checkpoint):
    watched = watch(checkpoint, answer_limit=1.0)
    watched.wait_for(None)
    time.sleep(1.5)
    assert watched.send()
    assert watched.replies.get(timeout=PATIENCE).kind is ReplyKind.CHUNK
    assert watched.process.restarts == 0
    hung = watched.process.pid
    os.kill(hung, signal.SIGSTOP)
    assert watched.send()
    assert watched.wait_for(StopReason.WORKER_DOWN) == 'no answer within 1 s'
    assert is_gone(hung)
    watched.wait_for(None)
    assert watched.send(stamp=3.5)
    assert watched.replies.get(timeout=PATIENCE).stamp == 3.5


def test_a_crash_in_native_code_and_one_for_lack_of_memory_are_told_apart(watch, checkpoint):
    watched = watch(checkpoint)
    watched.wait_for(None)
    limit = data_megabytes(watched.process.pid) + 20
    os.kill(watched.process.pid, signal.SIGSEGV)
    assert watched.wait_for(StopReason.WORKER_DOWN) == 'killed by SIGSEGV'
    watched.process.stop()

    watched = watch(checkpoint, memory_megabytes=limit)
    watched.wait_for(None)
    assert watched.send()
    assert watched.replies.get(timeout=PATIENCE).kind is ReplyKind.CHUNK
    assert watched.send(rgb=np.zeros((2160, 3840, 3), np.uint8))
    detail = watched.wait_for(StopReason.WORKER_DOWN)
    assert detail.startswith(f'out of memory, it may take {limit} MB: ')
    watched.wait_for(None)
    assert watched.send(stamp=5.5)
    assert watched.replies.get(timeout=PATIENCE).stamp == 5.5


def test_a_worker_that_cannot_be_started_is_tried_again_ever_later(watch, checkpoint):
    watched = watch(checkpoint)
    watched.wait_for(None)
    before = len(os.listdir('/proc/self/fd'))
    limits = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (3, limits[1]))  # As when all are in use.
    try:
        os.kill(watched.process.pid, signal.SIGKILL)
        assert watched.wait_for(StopReason.WORKER_DOWN) == 'killed by SIGKILL'
        tries = []
        for _ in range(4):
            detail = watched.wait_for(StopReason.WORKER_DOWN)
            assert detail.startswith('it cannot be started: ')
            tries.append(time.monotonic())
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, limits)
    waits = [later - earlier for earlier, later in itertools.pairwise(tries)]
    assert waits == pytest.approx([0.4, 0.8, 1.6], abs=0.3)
    assert waits[0] < waits[1] < waits[2]
    watched.wait_for(None)
    assert watched.send(stamp=9.5)
    assert watched.replies.get(timeout=PATIENCE).stamp == 9.5
    assert len(os.listdir('/proc/self/fd')) == before


def test_an_answer_that_cannot_be_used_ends_the_worker_and_not_who_watches_over_it(
    watch, checkpoint
):
    seen = queue.Queue()

    def fail_at_first(reply):
        seen.put(reply)
        if reply.stamp == 1.0:
            raise ValueError('no such row')

    watched = watch(checkpoint, on_reply=fail_at_first)
    watched.wait_for(None)
    first = watched.process.pid
    assert watched.send(stamp=1.0)
    assert watched.wait_for(StopReason.WORKER_DOWN) == 'ValueError: no such row'
    assert is_gone(first)
    watched.wait_for(None)
    assert watched.send(stamp=2.0)
    assert [seen.get(timeout=PATIENCE).stamp for _ in range(2)] == [1.0, 2.0]


def test_added_latency_delays_answers_and_holds_up_no_frame(watch, checkpoint):
    watched = watch(checkpoint, added_latency=0.5)
    watched.wait_for(None)
    sent, taken = [], []
    for number in range(8):  # More than there are slots, all within the latency of the first.
        sent.append(time.monotonic())
        taken.append(watched.send(stamp=float(number)))
        time.sleep(0.05)
    assert all(taken)
    replies = [watched.replies.get(timeout=PATIENCE)]
    assert time.monotonic() - sent[0] >= 0.5
    replies += [watched.replies.get(timeout=PATIENCE) for _ in range(7)]
    assert time.monotonic() - sent[-1] >= 0.5
    assert [reply.stamp for reply in replies] == [float(number) for number in range(8)]
    assert all(reply.inference_ms >= 500.0 for reply in replies)


def test_a_worker_takes_number_format_niceness_and_processors(watch, checkpoint):
    cpu = min(os.sched_getaffinity(0))
    watched = watch(checkpoint, dtype='bfloat16', nice=7, cpus=str(cpu))
    watched.wait_for(None)
    pid = watched.process.pid
    assert os.getpriority(os.PRIO_PROCESS, pid) == os.getpriority(os.PRIO_PROCESS, 0) + 7
    assert os.sched_getaffinity(pid) == {cpu}
    assert watched.send()
    assert watched.replies.get(timeout=PATIENCE).kind is ReplyKind.CHUNK


def test_a_worker_may_compute_only_when_nothing_else_does(watch, checkpoint):
    watched = watch(checkpoint, nice=IDLE)
    watched.wait_for(None)
    assert os.sched_getscheduler(watched.process.pid) == os.SCHED_IDLE
    assert watched.send()
    assert watched.replies.get(timeout=PATIENCE).kind is ReplyKind.CHUNK


def data_megabytes(pid):
    """Return how much a process has of what RLIMIT_DATA limits."""
    lines = Path(f'/proc/{pid}/status').read_text().splitlines()
    (kilobytes,) = [line.split()[1] for line in lines if line.startswith('VmData')]
    return int(kilobytes) * 1024 // 1_000_000
