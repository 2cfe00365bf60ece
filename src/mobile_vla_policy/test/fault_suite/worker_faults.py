# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""What goes wrong in the inference worker."""

from __future__ import annotations

from collections.abc import Callable
import itertools
import os
from pathlib import Path
import resource
import signal
import threading
import time

from mobile_vla_core.safety import StopReason

from .checkpoints import INSTRUCTIONS, POISON
from .fault import Fault, LIMIT, PERIOD, Result, seconds_to_zero, STALENESS, STOP_TIME
from .stack import Stack

_AT_ONCE = STOP_TIME + 2 * PERIOD
"""The worker's end is noticed at once, then the robot brakes [s]."""


def signal_worker(number: signal.Signals) -> Callable[[Stack], float]:
    """Return what sends a signal to the worker."""

    def send(stack: Stack) -> float:
        since = time.time()
        os.kill(stack.worker(), number)
        return since

    return send


def take_memory(stack: Stack) -> float:
    """Take away the worker's right to more memory than it has, and make it need some."""
    worker = stack.worker()
    since = time.time()
    resource.prlimit(worker, resource.RLIMIT_DATA, (1_000_000, 1_000_000))
    # A larger picture needs buffers that are not there yet.
    stack.camera(height=1080, width=1920)
    return since


def give_memory(stack: Stack) -> None:
    """Give the camera its size; a worker that is started anew has its memory again."""
    stack.camera(height=90, width=160)


def change_instruction(text: str) -> Callable[[Stack], float]:
    """Return what sets the instruction."""

    def change(stack: Stack) -> float:
        since = time.time()
        stack.set_parameter('instruction', text)
        return since

    return change


def nothing(stack: Stack) -> None:
    """Leave it to the policy node."""


def throttle(stack: Stack, slack: float) -> Result:
    """Give the worker a tenth of its time; every command still rests on an image that is fresh."""
    stack.wait_until_driving()
    first, given, before = len(stack.statuses), len(stack.commands), stack.worker()
    usual = stack.statuses[-1].inference_ms
    worker, ending = stack.worker(), threading.Event()

    def hold_up() -> None:
        while not ending.wait(0.005):
            os.kill(worker, signal.SIGSTOP)
            ending.wait(0.045)
            os.kill(worker, signal.SIGCONT)

    thread = threading.Thread(target=hold_up)
    since = time.time()
    thread.start()
    time.sleep(3.0)
    statuses, commands = stack.statuses[first:], stack.commands[given:]
    ending.set()
    thread.join()
    os.kill(worker, signal.SIGCONT)
    ages = [status.chunk_age for status in statuses if status.state == 'driving']
    slowed = max(status.inference_ms for status in statuses)
    reasons = [status.reason for status in statuses if status.reason]
    gaps = [b[0] - a[0] for a, b in itertools.pairwise(commands)]
    stack.wait_until_driving()
    # How old an action may be, counted from its image: the age limit.
    fresh = max(ages, default=0.0) <= STALENESS
    ok = fresh and max(gaps) < 2 * PERIOD + slack and stack.worker() == before
    moved = 'drove on' if seconds_to_zero(commands, since) is None else 'stopped at times'
    return Result(
        'worker slow by 10x',
        f'no command by a prediction older than {STALENESS:g} s, the rate is kept',
        f'{moved}; {usual:.0f} ms became {slowed:.0f} ms; oldest {max(ages, default=0.0):.2f} s; '
        f'longest period {max(gaps):.3f} s',
        None,
        reasons[0] if reasons else '',
        True,
        ok,
    )


def serve(name: str, reason: StopReason, checkpoint: str = 'good', **parameters: object):
    """Return a fault of what is served: the robot must not move at all, until good is served."""

    def run(stack: Stack, slack: float, checkpoints: dict[str, Path]) -> Result:
        def make(stack: Stack) -> float:
            stack.unconfigure()
            since = time.time()
            if not stack.configure(checkpoint=str(checkpoints[checkpoint]), **parameters):
                raise RuntimeError('it was refused at configure')
            stack.activate()
            return since

        def end(stack: Stack) -> None:
            stack.unconfigure()
            usual = {'added_latency': 0.0} if parameters else {}
            if not stack.configure(checkpoint=str(checkpoints['good']), **usual):
                raise RuntimeError('the good checkpoint was refused')
            stack.activate()

        expected = 'never moves; drives when a good policy is served'
        return Fault(name, expected, make, reason, end, PERIOD).run(stack, slack)

    return run


WORKER_FAULTS = (
    Fault(
        'worker SIGKILL',
        'brakes to zero, goes on with a new worker',
        signal_worker(signal.SIGKILL),
        StopReason.WORKER_DOWN,
        nothing,
        _AT_ONCE,
    ).run,
    Fault(
        'worker SIGSTOP',
        'brakes to zero, kills the worker, goes on with a new one',
        signal_worker(signal.SIGSTOP),
        StopReason.STALE_CHUNK,
        nothing,
        LIMIT,
    ).run,
    Fault(
        'worker SIGSEGV',
        'brakes to zero, goes on with a new worker',
        signal_worker(signal.SIGSEGV),
        StopReason.WORKER_DOWN,
        nothing,
        _AT_ONCE,
    ).run,
    Fault(
        'worker out of memory',
        'brakes to zero, goes on with a new worker',
        take_memory,
        StopReason.WORKER_DOWN,
        give_memory,
        LIMIT,
    ).run,
    throttle,
    Fault(
        'NaN output',
        'brakes to zero, drives on with another instruction',
        change_instruction(POISON),
        StopReason.BAD_CHUNK,
        change_instruction(INSTRUCTIONS[0]),
        LIMIT,
    ).run,
)
SERVING_FAULTS = (
    serve('huge output', StopReason.WORKER_FAILED, 'huge'),
    serve('worker needs 1 s for each prediction', StopReason.STALE_CHUNK, added_latency=1.0),
    serve('checkpoint with a tampered file', StopReason.WORKER_FAILED, 'tampered'),
)
