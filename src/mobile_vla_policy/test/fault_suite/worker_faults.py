# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""What goes wrong in the inference worker."""

from __future__ import annotations

from collections.abc import Callable
import os
from pathlib import Path
import resource
import signal
from statistics import median
import subprocess
import sys
import time

from mobile_vla_core.safety import StopReason

from .braking import braking_of
from .checkpoints import INSTRUCTIONS, POISON
from .fault import (
    Fault,
    HOLD,
    longest_gap,
    Observation,
    Outcome,
    PERIOD,
    STALENESS,
    wait_for_reason,
)
from .stack import Stack

_AT_ONCE = 2 * PERIOD
"""The worker's end is noticed at once [s]."""
_WATCHED = 2.0
"""Time over which the usual duration of an inference is taken [s]."""
_SLOWER = 3.0
"""A worker that has a tenth of its time is slower by at least this factor; a part of an inference
may fall into the time that it has."""
_THROTTLE = Path(__file__).with_name('throttle.py')


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


def throttle(stack: Stack, slack: float) -> Outcome:
    """Give the worker a tenth of its time; every command still rests on an image that is fresh."""
    time.sleep(_WATCHED)
    usual, before = median(_inferences(stack, _WATCHED)), stack.worker()
    first, given, since = len(stack.statuses), len(stack.commands), time.time()
    program = [sys.executable, str(_THROTTLE), str(before)]
    with subprocess.Popen(program, stdin=subprocess.PIPE) as throttling:
        time.sleep(1.0 + _WATCHED)
        slowed = median(_inferences(stack, _WATCHED))
        statuses, commands = stack.statuses[first:], stack.commands[given:]
        throttling.stdin.close()
    ages = [status.chunk_age for status in statuses if status.state == 'driving']
    oldest, gap = max(ages, default=float('inf')), longest_gap(commands)
    reasons = [status.reason for status in statuses if status.reason]
    moved = 'drove on' if braking_of(commands, since) is None else 'stopped at times'
    slower = slowed > _SLOWER * usual
    return Outcome(
        f'{moved}; {usual:.0f} ms became {slowed:.0f} ms'
        f'{"" if slower else ", which is not slow"}; oldest {oldest:.2f} s; '
        f'longest period {gap:.3f} s',
        # How old an action may be, counted from its image: the age limit.
        slower and oldest <= STALENESS and gap < 2 * PERIOD + slack and stack.worker() == before,
        next(iter(reasons), ''),
    )


def _inferences(stack: Stack, seconds: float) -> list[float]:
    """Return the durations of those of the last so many seconds [ms]."""
    return [status.inference_ms for status in stack.statuses[-round(seconds / PERIOD) :]]


def serve(
    name: str, reason: StopReason, checkpoint: str = 'good', **parameters: object
) -> Observation:
    """Return a fault of what is served: the robot must not move at all, until good is served."""

    def watch(stack: Stack, slack: float) -> Outcome:
        del slack
        stack.unconfigure()
        first, given, told = len(stack.statuses), len(stack.commands), len(stack.node_commands)
        if not stack.configure(checkpoint=str(stack.checkpoints[checkpoint]), **parameters):
            return Outcome('it was refused at configure', right=False)
        stack.activate()
        said = wait_for_reason(stack, reason, first)
        time.sleep(HOLD)
        commands = [*stack.commands[given:], *stack.node_commands[told:]]
        moved = any(speed for _, speed in commands)
        seen = 'it moved' if moved else 'never moved'
        return Outcome(seen, not moved and bool(commands), said, None if moved else 0.0)

    def end(stack: Stack) -> None:
        stack.unconfigure()
        usual = {'added_latency': 0.0} if parameters else {}
        if not stack.configure(checkpoint=str(stack.checkpoints['good']), **usual):
            raise RuntimeError('the good checkpoint was refused')
        stack.activate()

    return Observation(name, 'never moves; drives when a good policy is served', watch, end)


WORKER_FAULTS = (
    Fault(
        'worker SIGKILL',
        'brakes to zero, goes on with a new worker',
        signal_worker(signal.SIGKILL),
        StopReason.WORKER_DOWN,
        nothing,
        _AT_ONCE,
    ),
    Fault(
        'worker SIGSTOP',
        'brakes to zero, kills the worker, goes on with a new one',
        signal_worker(signal.SIGSTOP),
        StopReason.STALE_CHUNK,
        nothing,
    ),
    Fault(
        'worker SIGSEGV',
        'brakes to zero, goes on with a new worker',
        signal_worker(signal.SIGSEGV),
        StopReason.WORKER_DOWN,
        nothing,
        _AT_ONCE,
    ),
    Fault(
        'worker out of memory',
        'brakes to zero, goes on with a new worker',
        take_memory,
        StopReason.WORKER_DOWN,
        give_memory,
    ),
    Observation(
        'worker slow by 10x',
        f'no command by a prediction older than {STALENESS:g} s, the rate is kept',
        throttle,
        nothing,
    ),
    Fault(
        'NaN output',
        'brakes to zero, drives on with another instruction',
        change_instruction(POISON),
        StopReason.BAD_CHUNK,
        change_instruction(INSTRUCTIONS[0]),
    ),
)
SERVING_FAULTS = (
    serve('huge output', StopReason.WORKER_FAILED, 'huge'),
    serve('worker needs 1 s for each prediction', StopReason.STALE_CHUNK, added_latency=1.0),
    serve('checkpoint with a tampered file', StopReason.WORKER_FAILED, 'tampered'),
)
