# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""What each key means: a velocity, or something to do."""

from __future__ import annotations

import codecs
from dataclasses import dataclass

Velocity = tuple[float, float, float]
"""linear_x [m/s], linear_y [m/s], angular_z [rad/s] in base_link."""

ZERO: Velocity = (0.0, 0.0, 0.0)

_DIAGONAL = 0.5**0.5
DIRECTIONS: dict[str, Velocity] = {
    'w': (1.0, 0.0, 0.0),
    's': (-1.0, 0.0, 0.0),
    'a': (0.0, 1.0, 0.0),
    'd': (0.0, -1.0, 0.0),
    'q': (_DIAGONAL, _DIAGONAL, 0.0),
    'e': (_DIAGONAL, -_DIAGONAL, 0.0),
    'z': (-_DIAGONAL, _DIAGONAL, 0.0),
    'c': (-_DIAGONAL, -_DIAGONAL, 0.0),
    'r': (0.0, 0.0, 1.0),
    't': (0.0, 0.0, -1.0),
}
"""Shares of the full speed: x forward, y left, yaw counter-clockwise (REP 103)."""

STOP = ' '
SLOWER, FASTER = 'f', 'g'
START, SAVE, SAVE_FAILURE, DISCARD = 'n', 'm', 'M', 'x'
UNDO, WAS_SUCCESS, WAS_FAILURE, WAS_SCENARIO = 'u', 'o', 'p', 'l'
"""About the last episode; far from the keys that drive."""
SPECIAL = 'k'
SUGGESTED = '0'
SCENARIOS = '123456789'
HELP = '?'
QUIT = '\x04'
"""Ctrl-D; Ctrl-C comes as a signal."""

_ESCAPE = '\x1b'
_ARROWS = {'A': 'w', 'B': 's', 'C': 'd', 'D': 'a'}
_LEAST_PERCENT, _MOST_PERCENT, _STEP_PERCENT = 10, 200, 10


@dataclass(frozen=True)
class SpeedScale:
    """
    How fast the full deflection is.

    :param linear: at 100 % [m/s]
    :param angular: at 100 % [rad/s]
    :param sideways: the base can move sideways; else A, D and the diagonals turn it
    """

    linear: float
    angular: float
    sideways: bool = True
    percent: int = 100

    def changed(self, key: str) -> SpeedScale:
        """Return the scale after F (slower) or G (faster)."""
        percent = self.percent + (_STEP_PERCENT if key == FASTER else -_STEP_PERCENT)
        percent = min(max(percent, _LEAST_PERCENT), _MOST_PERCENT)
        return SpeedScale(self.linear, self.angular, self.sideways, percent)

    def velocity(self, direction: Velocity) -> Velocity:
        """Return the velocity of a direction whose parts lie in [-1, 1]."""
        x, y, turn = direction
        if not self.sideways and y:
            # Turn so that the base comes out on that side, also when it goes backwards.
            turn, y = turn + (-y if x < 0.0 else y), 0.0
        linear, angular = self.linear * self.percent / 100, self.angular * self.percent / 100
        return (x * linear, y * linear, turn * angular)


def plain_key(character: str) -> str:
    """Return the key without Caps Lock; only Shift+M means something else than M."""
    return character if character == SAVE_FAILURE else character.lower()


class KeyDecoder:
    """
    Turn a terminal's bytes into keys.

    An arrow key is an escape sequence that ends in a letter; taken byte by byte, "up" would drive
    left. Arrows become W, A, S and D; every other sequence is dropped whole.
    """

    def __init__(self) -> None:
        self._decoder = codecs.getincrementaldecoder('utf-8')('replace')
        self._waiting = ''

    def feed(self, data: bytes) -> list[str]:
        """Return the keys that are complete; what is cut is kept for the next call."""
        text = self._waiting + self._decoder.decode(data)
        self._waiting = ''
        keys = []
        while text:
            length = _sequence_length(text)
            if length is None:
                self._waiting = text
                break
            if text[0] != _ESCAPE:
                keys.append(plain_key(text[0]))
            elif length == 3 and text[1] in '[O' and text[2] in _ARROWS:
                keys.append(_ARROWS[text[2]])
            text = text[length:]
        return keys


def _sequence_length(text: str) -> int | None:
    """Return how many characters the first key takes; None when its sequence is cut."""
    if text[0] != _ESCAPE:
        return 1
    if len(text) == 1:
        return None
    if text[1] == _ESCAPE:
        return 1
    if text[1] not in '[O':
        return 2
    for end, character in enumerate(text[2:], start=3):
        if '\x40' <= character <= '\x7e':
            return end
    return None
