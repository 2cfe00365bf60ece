# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""
Compare what a policy would do with what a human does, on the same pictures.

At every control tick the policy's command is paired with the human's command in force then: his
newest one stamped not later than the tick, if it is at most MATCH_AGE old. Ticks at which he gives
none, and those at which the policy is stopped, are counted and not scored. Every figure is a mean
over pairs, so a share of the driving time and not of the commands.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
import threading
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from mobile_vla_core.action_space import ACTION_NAMES, derive_action_type, VELOCITY_DIM

MATCH_AGE = 0.5
"""A human's command is in force for so long [s]."""
SETTLE = 0.3
"""A human's command may arrive so much later than its stamp [s]; pairs are made after that."""
SAME_DIRECTION = np.cos(np.radians(45.0))
"""Smallest cosine between two velocities of the same direction."""
_MOVES = 0.05
"""Length of the scaled velocity from which on the robot moves."""


@dataclass(frozen=True)
class ShadowSummary:
    """
    How alike policy and human are.

    :param pairs: ticks that were scored
    :param unmatched: ticks at which the human gave no command
    :param stopped: ticks at which the policy was not allowed to move
    :param error: mean absolute difference per axis, shape (3,) [m/s, m/s, rad/s]
    :param moving: pairs in which both move
    :param direction: share of those whose velocities, each axis divided by the scale of the
        action space, are less than 45 degrees apart
    :param action_type: share of pairs in which the policy's action type is that of the human's
        velocity; a human's SPECIAL cannot be told from a velocity and counts as what it looks like
    """

    pairs: int = 0
    unmatched: int = 0
    stopped: int = 0
    error: tuple[float, float, float] = (float('nan'),) * VELOCITY_DIM
    moving: int = 0
    direction: float = float('nan')
    action_type: float = float('nan')

    def to_dict(self) -> dict[str, Any]:
        """Return plain values for JSON, None where there is no figure."""
        error = zip(ACTION_NAMES, self.error, strict=False)
        return {
            'pairs': self.pairs,
            'unmatched': self.unmatched,
            'stopped': self.stopped,
            'mean_absolute_error': {name: _plain(value) for name, value in error},
            'moving_pairs': self.moving,
            'direction_agreement': _plain(self.direction),
            'action_type_agreement': _plain(self.action_type),
        }


class ShadowScore:
    """
    Collect commands of both and score them; times [s] are those of the node's clock.

    :param scale: of the velocities, shape (3,), from the action space of the policy
    """

    def __init__(self, scale: ArrayLike) -> None:
        self._scale = np.asarray(scale, np.float64)
        self._lock = threading.Lock()
        self.clear()

    def clear(self) -> None:
        """Begin anew."""
        with self._lock:
            self._human: deque[tuple[float, NDArray]] = deque(maxlen=1000)
            self._waiting: deque[tuple[float, NDArray, int]] = deque()
            self._counts = {'pairs': 0, 'unmatched': 0, 'stopped': 0, 'moving': 0}
            self._error = np.zeros(VELOCITY_DIM)
            self._alike = {'direction': 0, 'action_type': 0}

    def human(self, velocity: ArrayLike, stamp: float) -> None:
        """Take a command of the human, shape (3,) [m/s, m/s, rad/s]; not finite ones are none."""
        command = np.asarray(velocity, np.float64)
        if not np.isfinite(command).all():
            return
        with self._lock:
            self._human.append((stamp, command))

    def policy(self, velocity: ArrayLike, action_type: int, now: float) -> None:
        """Take the policy's command of a tick, shape (3,)."""
        with self._lock:
            self._waiting.append((now, np.asarray(velocity, np.float64), int(action_type)))
            self._settle(now - SETTLE)

    def stopped(self) -> None:
        """Count a tick at which the policy may not move."""
        with self._lock:
            self._counts['stopped'] += 1

    def summary(self, *, final: bool = False) -> ShadowSummary:
        """Return the score so far; `final` also pairs the newest ticks, after the last one."""
        with self._lock:
            if final:
                self._settle(float('inf'))
            pairs, moving = self._counts['pairs'], self._counts['moving']
            if not pairs:
                return ShadowSummary(**self._counts)
            return ShadowSummary(
                **self._counts,
                error=tuple(float(value) for value in self._error / pairs),
                direction=self._alike['direction'] / moving if moving else float('nan'),
                action_type=self._alike['action_type'] / pairs,
            )

    def _settle(self, until: float) -> None:
        while self._waiting and self._waiting[0][0] <= until:
            tick, velocity, action_type = self._waiting.popleft()
            stamps = [(stamp, command) for stamp, command in self._human if stamp <= tick]
            stamp, command = max(stamps, key=lambda pair: pair[0], default=(float('-inf'), None))
            if tick - stamp > MATCH_AGE:
                self._counts['unmatched'] += 1
            else:
                self._pair(velocity, action_type, command)
            while self._human and self._human[0][0] < tick - 2.0 * MATCH_AGE:
                self._human.popleft()

    def _pair(self, velocity: NDArray, action_type: int, command: NDArray) -> None:
        self._counts['pairs'] += 1
        self._error += np.abs(velocity - command)
        self._alike['action_type'] += int(derive_action_type(command)) == action_type
        mine, his = velocity / self._scale, command / self._scale
        lengths = np.linalg.norm(mine), np.linalg.norm(his)
        if min(lengths) < _MOVES:
            return
        self._counts['moving'] += 1
        self._alike['direction'] += mine @ his / (lengths[0] * lengths[1]) >= SAME_DIRECTION


def _plain(value: float) -> float | None:
    return None if np.isnan(value) else round(float(value), 6)
