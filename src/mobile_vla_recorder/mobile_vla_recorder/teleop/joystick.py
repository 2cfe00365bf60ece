# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""A joystick with a dead-man button, as `sensor_msgs/Joy` tells of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
import math

from .joystick_layouts import DEFAULT_LAYOUT, JoystickLayout, LAYOUTS, UNUSED
from .key_map import DISCARD, SAVE, SAVE_FAILURE, START, UNDO, Velocity, ZERO


@dataclass(frozen=True)
class JoystickConfig:
    """
    Where things are on the joystick, and how it feels.

    :param turbo: speed while the turbo button is held, in shares of the normal one
    :param dead_zone: a smaller deflection counts as none
    :param timeout: without a message for so long the robot stops [s]
    """

    layout: JoystickLayout = LAYOUTS[DEFAULT_LAYOUT]
    turbo: float = 2.0
    dead_zone: float = 0.05
    timeout: float = 0.3


class Joystick:
    """Remembers the last message and what its buttons ask for."""

    def __init__(self, config: JoystickConfig | None = None) -> None:
        self._config = config or JoystickConfig()
        self._layout = self._config.layout
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
        layout = self._layout
        meanings = {
            layout.button_start: START,
            layout.button_save: SAVE,
            layout.button_failure: SAVE_FAILURE,
            layout.button_discard: DISCARD,
            layout.button_undo: UNDO,
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
        layout, buttons = self._layout, self._buttons or ()
        silent = now - self._received > self._config.timeout
        if silent or self.problem or not self._down(buttons, layout.button_dead_man):
            return None
        factor = self._config.turbo if self._down(buttons, layout.button_turbo) else 1.0
        wanted = [self._axis(axis) for axis in (layout.axis_x, layout.axis_y, layout.axis_turn)]
        if not any(wanted):
            return ZERO
        return (wanted[0] * factor, wanted[1] * factor, wanted[2] * factor)

    def special(self, now: float) -> bool:
        """Return whether it drives and its special button is held at `now` [s]."""
        held = self._down(self._buttons or (), self._layout.button_special)
        return held and self.direction(now) is not None

    def _axis(self, number: int) -> float:
        value = self._axes[number] if number != UNUSED else 0.0
        if not math.isfinite(value) or abs(value) < self._config.dead_zone:
            return 0.0
        return min(max(value, -1.0), 1.0)

    def _missing(self) -> str:
        layout = self._layout
        axis = max(layout.axis_x, layout.axis_y, layout.axis_turn)
        button = max(layout.button_dead_man, layout.button_turbo)
        if layout.button_dead_man == UNUSED:
            return 'the joystick needs a dead-man button: set joystick_button_dead_man'
        for kind, wanted, found in (
            ('axis', axis, len(self._axes)),
            ('button', button, len(self._buttons or ())),
        ):
            if wanted >= found:
                return (
                    f'the joystick has no {kind} {wanted}, it has {found}: '
                    f'set joystick_layout or joystick_{kind}_…'
                )
        return ''

    @staticmethod
    def _down(buttons: Sequence[int], number: int) -> bool:
        return 0 <= number < len(buttons) and bool(buttons[number])
