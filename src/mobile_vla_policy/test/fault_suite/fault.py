# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""A fault, how it is watched, and what came of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
import time

from .sentence import pattern_of
from .stack import Stack

STALENESS = 0.5
"""max_image_age and max_chunk_age, by default [s]."""
STOP_TIME = 0.3
"""The policy node brakes from any speed within stop_time, by default [s]."""
PERIOD = 0.05
LIMIT = STALENESS + STOP_TIME + PERIOD
"""From a fault to zero at the base, for what shows by an age [s]."""
_HOLD = 0.7
"""For so long the base is watched after it should have stopped [s]."""


@dataclass(frozen=True)
class Result:
    """
    What a fault led to; the fields are those of result.json.

    :param seconds_to_zero: from the fault to the first zero after which none but zeros came;
        None when the robot is to drive on
    """

    fault: str
    expected: str
    seen: str
    seconds_to_zero: float | None
    reason: str
    recovered: bool
    ok: bool


@dataclass(frozen=True)
class Fault:
    """
    A fault that has to stop a robot that drives, and what ends it.

    :param make: make it and return when [s]
    :param reason: what the policy node has to say, or the guard if `by_guard`
    :param end: undo it
    :param limit: the base has to be given zero within so long [s]
    """

    name: str
    expected: str
    make: Callable[[Stack], float]
    reason: Enum
    end: Callable[[Stack], None]
    limit: float = LIMIT
    by_guard: bool = False

    def run(self, stack: Stack, slack: float) -> Result:
        """Make it, watch what the base is given, and end it."""
        stack.wait_until_driving()
        first, given = len(stack.statuses), len(stack.commands)
        stack.guard_says = ''  # What it said of the fault before.
        seen, reason, recovered, since = '', '', False, time.time()
        try:
            since = self.make(stack)
            reason = self._wait_for_reason(stack, first)
            time.sleep(max(0.0, since + self.limit + _HOLD - time.time()))
        except (TimeoutError, RuntimeError) as error:
            seen = str(error)
        seconds = seconds_to_zero(stack.commands[given:], since)
        stopped = not seen and seconds is not None and seconds <= self.limit + slack
        try:
            self.end(stack)
            stack.wait_until_driving()
            recovered = True
        except (TimeoutError, RuntimeError) as error:
            seen = seen or str(error)
        seen = seen or (f'zero after {seconds:.2f} s' if stopped else 'the base was moved')
        ok = stopped and recovered
        return Result(self.name, self.expected, seen, seconds, reason, recovered, ok)

    def _wait_for_reason(self, stack: Stack, first: int) -> str:
        """Return the sentence when it was said."""
        pattern = pattern_of(self.reason)
        said: list[str] = []

        def is_said() -> bool:
            if self.by_guard:
                said[:] = [stack.guard_says]
            else:
                said[:] = [status.reason for status in stack.statuses[first:]]
            return any(map(pattern.fullmatch, said))

        stack.wait(is_said, f'the reason {self.reason.name}', 15.0)
        return next(sentence for sentence in said if pattern.fullmatch(sentence))


def seconds_to_zero(commands: list[tuple[float, bool]], since: float) -> float | None:
    """
    Return the time from `since` to the first zero after the last command that moves [s].

    :param commands: (stamp [s], moves)
    :return: None when the newest command moves
    """
    after = [(stamp, moves) for stamp, moves in commands if stamp >= since]
    last = max((number for number, (_, moves) in enumerate(after) if moves), default=-1)
    if not after:
        return 0.0
    return after[last + 1][0] - since if last + 1 < len(after) else None
