# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""A joystick with a dead-man button, as `sensor_msgs/Joy` tells of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
import math

from .key_map import DISCARD, SAVE, SAVE_FAILURE, START, Velocity, ZERO

UNUSED = -1
"""Number of an axis or a button that the joystick does not have."""


@dataclass(frozen=True)
class JoystickConfig:
    """Numbers of axes and buttons, counted from 0; -1 for none. Defaults: an Xbox gamepad."""

    axis_x: int = 1
    axis_y: int = 0
    axis_turn: int = 3
    button_dead_man: int = 4
    button_turbo: int = 5
    button_start: int = 7
    button_save: int = 0
    button_failure: int = 1
    button_discard: int = 2
    turbo: float = 2.0
    """Speed while the turbo button is held, in shares of the normal one."""
    dead_zone: float = 0.05
    """A smaller deflection counts as none."""
    timeout: float = 0.3
    """Without a message for so long the robot stops [s]."""


class Joystick:
    """Remembers the last message and what its buttons ask for."""

    def __init__(self, config: JoystickConfig | None = None) -> None:
        self._config = config or JoystickConfig()
        self._axes: tuple[float, ...] = ()
        self._buttons: tuple[int, ...] | None = None
        self._received = -math.inf
        self.problem = ''
        """One sentence when the joystick lacks a configured axis or button."""

    def update(self, axes: Sequence[float], buttons: Sequence[int], now: float) -> list[str]:
        """
        Take a message; return the keys whose buttons were pressed since the one before.

        A button that is down in the first message has not been pressed.

        :param axes: deflections in [-1, 1], forward and left positive
        :param buttons: 1 for held, 0 for not
        :param now: when it came [s]
        """
        before = self._buttons
        self._axes, self._buttons, self._received = tuple(axes), tuple(buttons), now
        self.problem = self._missing()
        if before is None:
            return []
        config = self._config
        meanings = {
            config.button_start: START,
            config.button_save: SAVE,
            config.button_failure: SAVE_FAILURE,
            config.button_discard: DISCARD,
        }
        return [
            key
            for button, key in meanings.items()
            if self._down(self._buttons, button) and not self._down(before, button)
        ]

    def direction(self, now: float) -> Velocity | None:
        """
        Return what it asks for, in shares of the full speed; None when it does not drive.

        It drives only while the dead-man button is held and messages come.
        """
        config, buttons = self._config, self._buttons or ()
        silent = now - self._received > config.timeout
        if silent or self.problem or not self._down(buttons, config.button_dead_man):
            return None
        factor = config.turbo if self._down(buttons, config.button_turbo) else 1.0
        wanted = [self._axis(axis) for axis in (config.axis_x, config.axis_y, config.axis_turn)]
        if not any(wanted):
            return ZERO
        return (wanted[0] * factor, wanted[1] * factor, wanted[2] * factor)

    def _axis(self, number: int) -> float:
        value = self._axes[number] if number != UNUSED else 0.0
        if not math.isfinite(value) or abs(value) < self._config.dead_zone:
            return 0.0
        return min(max(value, -1.0), 1.0)

    def _missing(self) -> str:
        config = self._config
        axis = max(config.axis_x, config.axis_y, config.axis_turn)
        button = max(config.button_dead_man, config.button_turbo)
        if config.button_dead_man == UNUSED:
            return 'the joystick needs a dead-man button: set joystick_button_dead_man'
        for kind, wanted, found in (
            ('axis', axis, len(self._axes)),
            ('button', button, len(self._buttons or ())),
        ):
            if wanted >= found:
                return (
                    f'the joystick has no {kind} {wanted}, only 0 to {found - 1}: '
                    f'set joystick_{kind}_… to its own'
                )
        return ''

    @staticmethod
    def _down(buttons: Sequence[int], number: int) -> bool:
        return 0 <= number < len(buttons) and bool(buttons[number])
