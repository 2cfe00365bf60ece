# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""A person has to allow the robot to move, and may stop it at any time."""

from __future__ import annotations

from mobile_vla_core.safety import StopReason

from .gate import Stop


class Arming:
    """
    Hold whether the robot was armed, and whether the emergency stop was pressed since.

    The emergency stop latches: once pressed, the robot stays where it is until the stop was
    released and a person armed the robot again.
    """

    def __init__(self) -> None:
        self._armed = False
        self._pressed = False
        self._latched = False
        self.count = 0
        """How often the robot was armed: a person said again that it may go on."""

    @property
    def armed(self) -> bool:
        """Whether the robot may move as far as this is concerned."""
        return self._armed

    @property
    def emergency_stop(self) -> bool:
        """Whether the emergency stop is pressed, or was since the robot was last armed."""
        return self._latched

    def arm(self) -> str:
        """Allow to move; return why not, '' when done."""
        if self._pressed:
            return 'the emergency stop is pressed: release it first'
        self._armed, self._latched = True, False
        self.count += 1
        return ''

    def disarm(self) -> None:
        """Forbid to move."""
        self._armed = False

    def press(self, pressed: bool) -> None:
        """Take what the emergency stop says."""
        self._pressed = pressed
        if pressed:
            self._armed, self._latched = False, True

    def verdict(self, now: float) -> Stop | None:
        """Forbid to move until armed."""
        if self._pressed:
            return Stop.because(StopReason.EMERGENCY_STOP)
        if self._latched:
            return Stop.because(StopReason.EMERGENCY_STOPPED)
        return None if self._armed else Stop.because(StopReason.NOT_ARMED)
