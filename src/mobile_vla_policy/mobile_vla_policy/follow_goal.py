# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""An instruction that is followed until it is done, given up or taken back."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from mobile_vla_core.action_space import ActionType


class Outcome(Enum):
    """How a goal ended, as the action FollowInstruction names it."""

    ARRIVED = 'arrived'
    CANCELED = 'canceled'
    PREEMPTED = 'preempted'
    TIME_LIMIT = 'time_limit'
    ABORTED = 'aborted'


@dataclass(frozen=True)
class GoalEnd:
    """How and why a goal ended, and when [s]."""

    outcome: Outcome
    reason: str
    seconds: float


class FollowGoal:
    """
    Watch what the policy predicts until it says often enough that the robot is to stop.

    :param time_limit: the goal is given up after so long [s]; 0 means never
    :param arrived_after: so many predictions in a row that say stop mean that it has arrived
    :param now: when the goal was accepted; any steady time [s], the same as that of the others
    """

    def __init__(self, time_limit: float, arrived_after: int, now: float) -> None:
        self._time_limit = time_limit
        self._start = now
        self.arrived_after = arrived_after
        self.stop_predictions = 0
        """How many of the newest predictions, without a gap, say stop."""
        self.end: GoalEnd | None = None

    def predicted(self, action_type: ActionType) -> None:
        """Take the action type of a new prediction; one that repeats the last is none."""
        stops = action_type is ActionType.STOP
        self.stop_predictions = self.stop_predictions + 1 if stops else 0

    def seconds(self, now: float) -> float:
        """Return for how long the goal is followed [s]."""
        return now - self._start

    def finish(self, outcome: Outcome, reason: str, now: float) -> None:
        """End the goal; what ended it first counts."""
        if self.end is None:
            self.end = GoalEnd(outcome, reason, self.seconds(now))

    def judge(self, now: float) -> GoalEnd | None:
        """Return how the goal ended, None while it is followed."""
        if self.stop_predictions >= self.arrived_after:
            self.finish(
                Outcome.ARRIVED, f'{self.stop_predictions} predictions in a row say stop', now
            )
        elif 0.0 < self._time_limit <= self.seconds(now):
            self.finish(Outcome.TIME_LIMIT, f'not arrived within {self._time_limit:g} s', now)
        return self.end
