# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""What goes wrong around the policy node: signals, persons, a second node, its checkpoint."""

from __future__ import annotations

from collections.abc import Callable
import signal
import time

from mobile_vla_core.safety import StopReason
from mobile_vla_policy.guard.command_guard import GuardReason

from .braking import braking_of
from .checkpoints import INSTRUCTIONS
from .fault import Fault, Observation, Outcome, PERIOD, STOP_TIME, wait_for_reason
from .sentence import pattern_of
from .stack import PATIENCE, Stack

GUARD_LIMIT = 0.2
"""From the end of the policy node to zero [s]."""
_IN_ORDER = 4 * PERIOD
"""The policy node brakes within so long, then it ends [s]."""


def signal_node(number: signal.Signals) -> Callable[[Stack], float]:
    """Return what sends a signal to the policy node."""

    def send(stack: Stack) -> float:
        since = time.time()
        stack.policy.send_signal(number)
        return since

    return send


def start_again(stack: Stack) -> None:
    """Start a policy node where one has ended in order."""
    stack.policy.wait(PATIENCE)
    stack.start_policy()


def start_after_kill(stack: Stack) -> None:
    """Start a policy node where one was killed, which the middleware remembers for 20 s."""
    said = len(stack.written())
    start_again(stack)
    stack.wait(lambda: '[policy]: driving' in stack.written()[said:], 'a new policy node')
    wait_until_alone(stack)
    stack.rearm()


def wait_until_alone(stack: Stack) -> None:
    """Wait until the guard hears one policy node."""
    pattern = pattern_of(GuardReason.CROWDED)
    stack.wait(lambda: stack.publishers() == 1, 'one publisher')
    stack.wait(lambda: not pattern.fullmatch(stack.guard_says), 'a guard that hears only one')


def go_on(stack: Stack) -> None:
    """Let the policy node go on that was stopped, and begin from rest."""
    stack.policy.send_signal(signal.SIGCONT)
    stack.rearm()


def press(stack: Stack) -> float:
    """Press the emergency stop."""
    return stack.press_emergency_stop(True)


def release(stack: Stack) -> None:
    """Release the emergency stop, see that the robot stays, and arm it."""
    stack.press_emergency_stop(False)
    stopped = StopReason.EMERGENCY_STOPPED.value
    stack.wait(lambda: stack.reason == stopped, 'an emergency stop that latches')
    stack.arm()


def change_in_mid_chunk(stack: Stack, slack: float) -> Outcome:
    """Give a new instruction while no image comes: the rest of the old chunk moves nobody."""
    first, given, told = len(stack.statuses), len(stack.commands), len(stack.node_commands)
    stack.camera(running=False)
    stack.set_parameter('instruction', INSTRUCTIONS[1])
    changed = time.time()
    reason = wait_for_reason(stack, StopReason.NO_CHUNK, first)
    limit = 2 * PERIOD + STOP_TIME
    time.sleep(max(0.0, changed + limit + slack - time.time()))
    stops = [
        braking_of(commands, changed)
        for commands in (stack.commands[given:], stack.node_commands[told:])
    ]
    stopped = all(stop is not None and stop.zero <= limit + slack for stop in stops)
    shown, first = stack.camera(running=True), len(stack.statuses)
    stack.wait_until_driving()
    fresh = next(status for status in stack.statuses[first:] if status.state == 'driving')
    stamp = fresh.header.stamp.sec + fresh.header.stamp.nanosec * 1e-9
    # The image behind the first command for the new instruction was taken after the change.
    later = fresh.instruction == INSTRUCTIONS[1] and stamp - fresh.chunk_age >= changed
    return Outcome(
        f'{"zero" if stopped else "no zero"} by the old chunk; drove on {stamp - shown:.2f} s '
        f'after the next image, by one {fresh.chunk_age:.2f} s old',
        stopped and later,
        reason,
        None if stops[0] is None else round(stops[0].zero, 3),
    )


def change_back(stack: Stack) -> None:
    """Give the usual instruction."""
    stack.camera(running=True)
    stack.set_parameter('instruction', INSTRUCTIONS[0])


def start_second(stack: Stack) -> float:
    """Start another policy node; the fault begins when it is ready to drive."""
    said = len(stack.written())
    stack.start_policy('policy_2')
    ready = '[policy_2]: the inference worker is ready'
    stack.wait(lambda: ready in stack.written()[said:], 'a second policy node')
    return time.time()


def end_second(stack: Stack) -> None:
    """End the other node; the one that is left has to begin from rest."""
    second = stack.newest()
    second.terminate()
    second.wait(PATIENCE)
    wait_until_alone(stack)
    stack.rearm()


def jump(seconds: float) -> Callable[[Stack], float]:
    """Return what sets the clock of a simulation, at a moment without an image."""
    return lambda stack: stack.camera(clock_jump=seconds, running=False)


def show_and_rearm(stack: Stack) -> None:
    """Let images come again, and begin from rest."""
    stack.camera(running=True)
    stack.rearm()


NODE_FAULTS = (
    Fault(
        'e-stop',
        'zero at once, stays so until it is released and armed',
        press,
        StopReason.EMERGENCY_STOP,
        release,
        2 * PERIOD,
        0.0,
    ),
    Observation(
        'instruction changed in mid-chunk',
        'brakes to zero in mid-chunk; drives on by an image of after the change',
        change_in_mid_chunk,
        change_back,
    ),
    Fault(
        'two policies on one topic',
        'the guard gives zero until one is ended and the other starts from rest',
        start_second,
        GuardReason.CROWDED,
        end_second,
        GUARD_LIMIT,
        0.0,
        by_guard=True,
    ),
    Fault(
        'node SIGSTOP (guard)',
        'the guard gives zero until the node goes on and starts from rest',
        signal_node(signal.SIGSTOP),
        GuardReason.SILENT,
        go_on,
        GUARD_LIMIT,
        0.0,
        by_guard=True,
    ),
    Fault(
        'node SIGTERM',
        'brakes to zero and ends; drives when started again',
        signal_node(signal.SIGTERM),
        StopReason.NOT_ACTIVE,
        start_again,
        _IN_ORDER,
    ),
    Fault(
        'node SIGINT',
        'brakes to zero and ends; drives when started again',
        signal_node(signal.SIGINT),
        StopReason.NOT_ACTIVE,
        start_again,
        _IN_ORDER,
    ),
    Fault(
        'node SIGKILL (guard)',
        'the guard gives zero; drives when started again and armed',
        signal_node(signal.SIGKILL),
        GuardReason.SILENT,
        start_after_kill,
        GUARD_LIMIT,
        0.0,
        by_guard=True,
    ),
)
CLOCK_FAULTS = (
    Fault(
        'clock jumps back under sim time',
        'stops until an image of after it was seen; the guard asks for a start from rest',
        jump(-50.0),
        StopReason.NO_CHUNK,
        show_and_rearm,
    ),
    Fault(
        'clock jumps ahead under sim time',
        'stops until an image of after it was seen; the guard asks for a start from rest',
        jump(30.0),
        StopReason.STALE_IMAGE,
        show_and_rearm,
    ),
)
