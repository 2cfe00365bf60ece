# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""A verdict on whether the robot may move, and what gives one."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol

from mobile_vla_core.safety import StopReason


@dataclass(frozen=True)
class Stop:
    """
    The robot must not move.

    :param sentence: the reason in words
    """

    reason: StopReason
    sentence: str

    @classmethod
    def because(cls, reason: StopReason, **fields: object) -> Stop:
        """Fill in the sentence of a reason; KeyError when a field is missing."""
        return cls(reason, reason.sentence(**fields))


class Gate(Protocol):
    """One thing that has to be in order before the robot moves."""

    def verdict(self, now: float) -> Stop | None:
        """Judge at `now` [s] of the node's clock; None lets the robot move."""


def first_stop(gates: Iterable[Gate], now: float) -> Stop | None:
    """Ask gates in order and return the first that forbids to move."""
    verdicts = (gate.verdict(now) for gate in gates)
    return next((stop for stop in verdicts if stop is not None), None)
