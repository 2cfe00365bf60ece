# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""What the driver said of his commands, and the commands that wait for it."""

from __future__ import annotations

from bisect import bisect_right
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass

from numpy.typing import ArrayLike

from mobile_vla_core.action_space import ActionType, derive_action_type
from mobile_vla_core.episodes.schema import ACTION_TYPE_NOT_GIVEN

PATIENCE = 0.25
"""So long a command waits for events that were sent before it and come after it [s]."""
DRIVER_GONE = 'the driver is gone: action types are derived from the commands again'
_KEPT = 256


@dataclass(frozen=True)
class DriverEvent:
    """
    From `stamp` [s] on, the commands are of an action type.

    :param stamp: as it is stored [s]
    :param given: the same moment by the clock of the driver, by which his commands are compared
        with it: the two cannot be told apart more finely by the time at which they came [s]
    :param action_type: one that is unknown leaves the type to be derived from the command
    :param source: 'keyboard', 'joystick' or a program's name
    :param text: what happened, such as the key
    """

    stamp: float
    given: float
    action_type: int
    source: str = ''
    text: str = ''

    @property
    def known_type(self) -> int:
        """The action type, ACTION_TYPE_NOT_GIVEN when it is none."""
        return self.action_type if self.action_type in set(ActionType) else ACTION_TYPE_NOT_GIVEN

    @property
    def line(self) -> str:
        """The event as it is stored."""
        given = self.known_type != ACTION_TYPE_NOT_GIVEN
        name = ActionType(self.action_type).name if given else f'unknown type {self.action_type}'
        return ': '.join(part for part in (name, self.source, self.text) if part)


@dataclass(frozen=True)
class Command:
    """Velocity, shape (3,) [m/s, m/s, rad/s], with its times [s]; `given` as in DriverEvent."""

    velocity: ArrayLike
    stamp: float
    receive_stamp: float
    given: float


class DriverEvents:
    """
    Events in the order of their stamps, whatever the order in which they came.

    Two topics are not ordered, and the first message of a publisher may take long, so commands
    are held for PATIENCE while there is a driver. An event is in force until the next one, however
    long that takes: a driver sends changes only. When his publisher is gone nobody takes the event
    back, so `clear` does.
    """

    def __init__(self) -> None:
        self._events: list[tuple[float, DriverEvent]] = []  # each with when it came
        self._held: deque[tuple[float, Command]] = deque()
        self.expected = False
        """Whether there is a driver."""

    def add(self, event: DriverEvent, now: float) -> None:
        """Take an event."""
        self.expected = True
        times = [known.given for _, known in self._events]
        self._events.insert(bisect_right(times, event.given), (now, event))
        del self._events[:-_KEPT]

    def clear(self) -> bool:
        """Forget the driver, and return whether he had said anything."""
        spoke = bool(self._events)
        self._events.clear()
        self.expected = False
        return spoke

    def type_of(self, command: Command) -> int:
        """
        Return the type that the driver gave to a command, ACTION_TYPE_NOT_GIVEN if he gave none.

        Special is what the driver says is special. Any other event counts only for commands that
        it fits: after a takeover a policy drives on while the driver's last word was STOP.
        """
        said = self.type_at(command.given)
        if said in (ActionType.SPECIAL, ACTION_TYPE_NOT_GIVEN):
            return said
        stands = derive_action_type(command.velocity) == ActionType.STOP
        return said if stands == (said == ActionType.STOP) else ACTION_TYPE_NOT_GIVEN

    def type_at(self, given: float) -> int:
        """Return the type in force by the driver's clock [s], ACTION_TYPE_NOT_GIVEN if none is."""
        place = bisect_right([event.given for _, event in self._events], given)
        return self._events[place - 1][1].known_type if place else ACTION_TYPE_NOT_GIVEN

    def since(self, now: float) -> list[DriverEvent]:
        """Return what came after a time [s], and the event in force then."""
        old = [event for came, event in self._events if came < now]
        return old[-1:] + [event for came, event in self._events if came >= now]

    def hold(self, command: Command, now: float) -> None:
        """Keep a command until no event can come for it any more."""
        self._held.append((now, command))

    def release(self, now: float) -> Iterator[Command]:
        """Give the commands back, in order, that have waited long enough."""
        while self._held and (not self.expected or now - self._held[0][0] >= PATIENCE):
            yield self._held.popleft()[1]
