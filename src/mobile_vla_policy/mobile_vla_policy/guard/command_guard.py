# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""
Decide which commands reach the base.

Commands are passed on at once, within absolute limits. What begins to move the robot has to begin
from a stop: after a silence, after a command that is not finite, after two publishers on the
topic, after the clock stood still, and at the start, zero is published until a zero came. A policy
that hung and goes on in the middle of a drive is therefore not followed; it has to stop first, as
every policy node does when it is started, armed or out of fresh images.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import Enum

import numpy as np
from numpy.typing import ArrayLike, NDArray

from mobile_vla_core.action_space import VELOCITY_DIM
from mobile_vla_core.safety import VelocityLimits

STANDSTILL = 1.0
"""A simulation's clock that shows the same time for longer has stopped; a slow one has not [s]."""


class GuardReason(Enum):
    """Why the base is given zero: one sentence each, written only here."""

    CROWDED = (
        '{count} publishers on {topic} ({names}): end all but one; one that was killed counts '
        'until the middleware forgets it, after about 20 s'
    )
    CLOCK_STOPPED = (
        'the time on /clock has stood still for {still:.1f} s: is the simulation paused, or has '
        'a real robot use_sim_time?'
    )
    NO_COMMAND = 'no command on {topic} yet: is the policy node active?'
    SILENT = 'no command on {topic} for {age:.2f} s, allowed are {limit:g} s'
    NOT_FINITE = 'a command on {topic} was not a number: waiting for a zero command'
    NOT_FROM_REST = (
        'the commands on {topic} did not begin with zero: disarm and arm the policy node'
    )


class CommandGuard:
    """
    Hold what came on the topic of the policy, and judge it.

    :param topic: name of the topic, for the sentences
    :param limits: absolute limits; faster commands are slowed down and keep their path
    :param timeout: longest time between two commands [s]
    """

    def __init__(self, topic: str, limits: VelocityLimits, timeout: float) -> None:
        self._topic = topic
        self._limits = limits
        self._timeout = timeout
        self._last: float | None = None
        self._publishers: tuple[str, ...] = ()
        self._still = 0.0
        self._from_rest = False
        self._finite = True

    def command(self, velocity: ArrayLike, now: float) -> NDArray[np.float32]:
        """
        Take a command and return what the base is to be given at once.

        :param velocity: shape (3,) [m/s, m/s, rad/s]
        :param now: any steady time, or that of a simulation [s]
        """
        self._watch_silence(now)
        self._last = now
        velocity = np.asarray(velocity, dtype=np.float32)
        self._finite = bool(np.isfinite(velocity).all()) and (self._finite or not velocity.any())
        if not self._finite or len(self._publishers) > 1 or self._still > STANDSTILL:
            self._from_rest = False
        elif not velocity.any():
            self._from_rest = True
        return self._limits.clip(velocity) if self._from_rest else _zero()

    def check(
        self, publishers: Sequence[str], now: float, still: float = 0.0
    ) -> NDArray[np.float32] | None:
        """
        Look whether commands keep coming, from one publisher.

        :param publishers: names of the nodes that publish on the topic
        :param still: for so long the clock behind `now` has stood still [s]
        :return: zero when the base has to be told to stop, None when it is commanded
        """
        self._publishers, self._still = tuple(publishers), still
        self._watch_silence(now)
        if len(publishers) > 1 or still > STANDSTILL:
            self._from_rest = False
        return None if self.reason(now) is None else _zero()

    def reason(self, now: float) -> GuardReason | None:
        """Return why the base is given zero, None when commands are passed on."""
        if len(self._publishers) > 1:
            return GuardReason.CROWDED
        if self._still > STANDSTILL:
            return GuardReason.CLOCK_STOPPED
        if self._last is None:
            return GuardReason.NO_COMMAND
        if self._is_silent(now):
            return GuardReason.SILENT
        if not self._finite:
            return GuardReason.NOT_FINITE
        return None if self._from_rest else GuardReason.NOT_FROM_REST

    def sentence(self, now: float) -> str:
        """Return the reason in words, '' when commands are passed on."""
        reason = self.reason(now)
        if reason is None:
            return ''
        return reason.value.format(
            topic=self._topic,
            age=0.0 if self._last is None else now - self._last,
            limit=self._timeout,
            still=self._still,
            count=len(self._publishers),
            names=', '.join(sorted(self._publishers)),
        )

    def _is_silent(self, now: float) -> bool:
        # A time that goes back is that of a simulation that was set anew.
        return self._last is None or not 0.0 <= now - self._last <= self._timeout

    def _watch_silence(self, now: float) -> None:
        if self._is_silent(now):
            self._from_rest = False


def _zero() -> NDArray[np.float32]:
    return np.zeros(VELOCITY_DIM, np.float32)
