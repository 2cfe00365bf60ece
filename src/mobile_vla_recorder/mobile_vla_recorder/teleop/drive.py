# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""The command of the moment, from the keyboard and the joystick."""

from __future__ import annotations

from .activity import Activity, activity, JOYSTICK, KEYBOARD
from .joystick import Joystick
from .key_hold import KeyHold
from .key_map import DIRECTIONS, FASTER, SLOWER, SPECIAL, SpeedScale, START, STOP, Velocity, ZERO

FINAL_ZEROS = 5
"""How many zeros follow the last motion, in case one is lost."""


class TeleopDrive:
    """
    Decides what is sent at each tick: a velocity, zero, or nothing at all.

    Nothing is sent while nobody drives, so that another node may.

    :param speed: how fast the full deflection is
    :param hold: tells whether the key is still held
    :param joystick: tells what the joystick asks for
    :ivar special: the driver marks what he does as special, until he takes it back, stops, or
        starts an episode
    """

    def __init__(self, speed: SpeedScale, hold: KeyHold, joystick: Joystick) -> None:
        self.speed = speed
        self.special = False
        self._hold = hold
        self._joystick = joystick
        self._zeros = 0
        self._source = KEYBOARD

    def press(self, key: str, now: float) -> bool:
        """Take a key; False when it has nothing to do with driving."""
        if key in DIRECTIONS:
            self._hold.press(key, now)
        elif key == STOP:
            self.release()
            self.special = False
            self._zeros = FINAL_ZEROS
        elif key in (SLOWER, FASTER):
            self.speed = self.speed.changed(key)
        elif key == SPECIAL:
            self.special = not self.special
        else:
            self.special = self.special and key != START  # an episode begins without the mark
            return False
        return True

    def release(self) -> None:
        """Take the key that is held as released."""
        self._hold.release()

    def command(self, now: float, recording: bool) -> Velocity | None:
        """
        Return what to send at `now` [s], None for nothing; call it once per tick.

        :param recording: an episode runs, so that standing still is sent as zero
        """
        direction = DIRECTIONS.get(self._hold.held(now)) or self._joystick.direction(now)
        if direction is not None:
            self._zeros = FINAL_ZEROS
            return self.speed.velocity(direction)
        if recording:
            self._zeros = FINAL_ZEROS
            return ZERO
        if self._zeros > 0:
            self._zeros -= 1
            return ZERO
        return None

    def activity(self, now: float) -> Activity:
        """Return what the driver does at `now` [s]."""
        key, stick = self._hold.held(now), self._joystick.direction(now)
        if key:
            self._source = KEYBOARD
            return activity(
                self.speed.velocity(DIRECTIONS[key]), self.special, KEYBOARD, key.upper()
            )
        if stick is not None:
            self._source = JOYSTICK
            special = self.special or self._joystick.special(now)
            return activity(self.speed.velocity(stick), special, JOYSTICK, 'stick')
        return activity(ZERO, self.special, self._source, 'released')
