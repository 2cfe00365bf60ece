# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""A fault, how it is watched, and what came of it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import Enum
from itertools import pairwise
import time
from typing import Protocol

from .braking import braking_of, Command
from .sentence import pattern_of
from .stack import Stack

STALENESS = 0.5
"""max_image_age and max_chunk_age, by default [s]."""
STOP_TIME = 0.3
"""The policy node brakes from any speed within stop_time, by default [s]."""
PERIOD = 0.05
AGED = STALENESS + PERIOD
"""From a fault to the first command that brakes, for what shows by an age [s]."""
HOLD = 0.7
"""For so long the base is watched after it should have stopped [s]."""


@dataclass(frozen=True)
class Result:
    """
    What a fault led to; the fields are those of result.json.

    :param seconds_to_zero: from the fault to the first zero behind the guard after which none but
        zeros came; None when the robot is to drive on, or did
    :param seconds_to_braking: to the first of the commands that led there
    :param node_seconds_to_zero: of the policy node's own commands, None where the guard has to
        stop the robot
    """

    fault: str
    expected: str
    seen: str
    seconds_to_zero: float | None = None
    reason: str = ''
    recovered: bool = False
    ok: bool = False
    seconds_to_braking: float | None = None
    node_seconds_to_zero: float | None = None


class Drill(Protocol):
    """Something that goes wrong on purpose."""

    name: str
    expected: str

    def run(self, stack: Stack, slack: float) -> Result:
        """
        Do it to a robot that drives, and let it drive on.

        :param slack: time that a busy machine may add to the limits [s]
        """


@dataclass(frozen=True)
class Fault:
    """
    A fault that has to stop a robot that drives, and what ends it.

    :param make: make it and return when [s]
    :param reason: what the policy node has to say, or the guard if `by_guard`
    :param end: undo it
    :param within: from the fault to the first command that brakes [s]
    :param braking: from there to zero [s]
    """

    name: str
    expected: str
    make: Callable[[Stack], float]
    reason: Enum
    end: Callable[[Stack], None]
    within: float = AGED
    braking: float = STOP_TIME
    by_guard: bool = False

    def run(self, stack: Stack, slack: float) -> Result:
        """Make it, watch what the base is given and what the node says, and end it."""
        stack.wait_until_driving()
        first, given, told = len(stack.statuses), len(stack.commands), len(stack.node_commands)
        stack.guard_says = ''  # What it said of the fault before.
        seen, reason, since = '', '', time.time()
        limit = self.within + self.braking
        try:
            since = self.make(stack)
            reason = wait_for_reason(stack, self.reason, first, by_guard=self.by_guard)
            time.sleep(max(0.0, since + limit + HOLD - time.time()))
        except (TimeoutError, RuntimeError) as error:
            seen = str(error)
        base = braking_of(stack.commands[given:], since)
        node = None if self.by_guard else braking_of(stack.node_commands[told:], since)
        stops = [base] if self.by_guard else [base, node]
        right = all(
            stop is not None and stop.began <= self.within + slack and stop.zero <= limit + slack
            for stop in stops
        )
        recovered, problem = drive_on(stack, self.end)
        if base is None:
            seen = seen or 'the base was given no zero after it'
        elif not right:
            seen = seen or f'zero after {base.zero:.2f} s, allowed are {limit:.2f} s'
        return Result(
            self.name,
            self.expected,
            seen or problem or f'zero after {base.zero:.2f} s',
            None if base is None else round(base.zero, 3),
            reason,
            recovered,
            right and recovered and bool(reason),
            None if base is None else round(base.began, 3),
            None if node is None else round(node.zero, 3),
        )


@dataclass(frozen=True)
class Outcome:
    """What was seen of a fault that is judged in a way of its own, and whether it was right."""

    seen: str
    right: bool
    reason: str = ''
    seconds_to_zero: float | None = None


@dataclass(frozen=True)
class Observation:
    """
    A fault that is judged in a way of its own.

    :param watch: make it and judge; given the slack [s]
    :param end: undo it
    """

    name: str
    expected: str
    watch: Callable[[Stack, float], Outcome]
    end: Callable[[Stack], None]

    def run(self, stack: Stack, slack: float) -> Result:
        """Watch it and end it."""
        stack.wait_until_driving()
        try:
            outcome = self.watch(stack, slack)
        except (TimeoutError, RuntimeError) as error:
            outcome = Outcome(str(error), right=False)
        recovered, problem = drive_on(stack, self.end)
        return Result(
            self.name,
            self.expected,
            f'{outcome.seen}; {problem}' if problem else outcome.seen,
            outcome.seconds_to_zero,
            outcome.reason,
            recovered,
            outcome.right and recovered,
        )


def wait_for_reason(stack: Stack, reason: Enum, first: int, *, by_guard: bool = False) -> str:
    """
    Return the sentence of a reason when it was said.

    :param first: number of the first status that counts
    """
    pattern = pattern_of(reason)
    said: list[str] = []

    def is_said() -> bool:
        said[:] = (
            [stack.guard_says]
            if by_guard
            else [status.reason for status in stack.statuses[first:]]
        )
        return any(map(pattern.fullmatch, said))

    stack.wait(is_said, f'the reason {reason.name}', 15.0)
    return next(sentence for sentence in said if pattern.fullmatch(sentence))


def drive_on(stack: Stack, end: Callable[[Stack], None]) -> tuple[bool, str]:
    """End a fault; return whether the robot drives then, and what kept it from that."""
    try:
        end(stack)
        stack.wait_until_driving()
    except (TimeoutError, RuntimeError, OSError) as error:
        return False, str(error)
    return True, ''


def longest_gap(commands: Sequence[Command]) -> float:
    """Return the longest time between two commands [s], infinity with fewer than two."""
    stamps = [stamp for stamp, _ in commands]
    return max((b - a for a, b in pairwise(stamps)), default=float('inf'))
