# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""Where velocity commands lead: paths by dead reckoning, headings, and sides."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .action_space import ANGULAR_Z, LINEAR_X, LINEAR_Y
from .instruction import instruction_sides

IDLE_LINEAR = 0.05
"""Speed over ground below which a command is no translation [m/s]."""
IDLE_ANGULAR = 0.05
"""Yaw rate below which a command is no rotation [rad/s]."""
HEADING_TOLERANCE = np.pi / 8.0
"""Half a sector of the eight directions of a keyboard: 22.5 degrees [rad]."""
LEFT, NO_SIDE, RIGHT = 1, 0, -1
"""Signs as in REP-103: y and yaw are positive to the left."""
CLEAR = 0.1
"""Distance to a side from which a drive clearly takes that side [m]."""
CONTRADICTION = 0.02
"""Distance to the other side from which it does not [m]."""


def dead_reckon(actions: ArrayLike, step_period: float) -> NDArray[np.float64]:
    """
    Integrate commands from the origin, with the mean heading of each step.

    :param actions: shape (..., T, 4), physical units
    :param step_period: how long each command is in force [s]
    :return: x, y [m] and yaw [rad] after 0..T steps, shape (..., T + 1, 3)
    """
    actions = np.asarray(actions, dtype=np.float64)
    turned = actions[..., ANGULAR_Z] * step_period
    heading = np.cumsum(turned, axis=-1) - 0.5 * turned
    forward, left = actions[..., LINEAR_X], actions[..., LINEAR_Y]
    steps = np.stack(
        [
            (forward * np.cos(heading) - left * np.sin(heading)) * step_period,
            (forward * np.sin(heading) + left * np.cos(heading)) * step_period,
            turned,
        ],
        axis=-1,
    )
    start = np.zeros_like(steps[..., :1, :])
    return np.concatenate([start, np.cumsum(steps, axis=-2)], axis=-2)


def sideways(chunks: ArrayLike, step_period: float) -> NDArray[np.float64]:
    """
    Return how far to the left chunks of commands lead [m].

    One figure for every base: one that strafes while it turns back to look at its goal, and one
    that can only steer.

    :param chunks: shape (..., C, 4)
    """
    return dead_reckon(chunks, step_period)[..., -1, 1]


def path_bulge(actions: ArrayLike, step_period: float) -> float:
    """
    Return how far a drive leaves the straight line from its start to its end [m].

    Positive to the left: a drive that passes an obstacle on its left side bulges to the left.

    :param actions: shape (T, 4)
    """
    path = dead_reckon(actions, step_period)[:, :2]
    chord = path[-1]
    length = float(np.hypot(*chord))
    if length < 1e-6:
        return 0.0
    offsets = (path[:, 1] * chord[0] - path[:, 0] * chord[1]) / length
    return float(offsets[np.abs(offsets).argmax()])


def named_side(instruction: str) -> int:
    """
    Return the side that an instruction names: LEFT, RIGHT, or NO_SIDE when none or both.

    What counts as a side is what `mirror_instruction` swaps; clockwise is none.
    """
    sides = instruction_sides(instruction)
    return NO_SIDE if len(sides) != 1 else LEFT if 'left' in sides else RIGHT


def driven_side(actions: ArrayLike, step_period: float) -> int:
    """
    Return the side that a drive took, NO_SIDE when that is not clear.

    Two signs are asked: the side to which the path leaves the straight line to its end, as around
    an obstacle, and the side on which it runs, seen from the start, as after a turn. One must be
    clear, and the other must not contradict it: a plain turn to the left bulges to the right.

    :param actions: shape (T, 4)
    """
    run = float(dead_reckon(actions, step_period)[:, 1].mean())
    weak, strong = sorted((run, path_bulge(actions, step_period)), key=abs)
    contradicted = weak * strong < 0.0 and abs(weak) >= CONTRADICTION
    clear = np.isfinite(strong) and abs(strong) >= CLEAR
    return int(np.sign(strong)) if clear and not contradicted else NO_SIDE


def is_moving(actions: NDArray[np.float32]) -> NDArray[np.bool_]:
    """Return which commands, shape (N, 4), translate or rotate the robot, shape (N,)."""
    return _translates(actions) | (np.abs(actions[:, ANGULAR_Z]) >= IDLE_ANGULAR)


def same_direction(
    predicted: NDArray[np.float32], recorded: NDArray[np.float32]
) -> NDArray[np.bool_]:
    """
    Say which predicted commands go where the recorded ones go.

    Where the recorded command translates, the predicted one must translate within
    HEADING_TOLERANCE of its heading; where it only rotates, the predicted one must only rotate,
    to the same side. Where it does neither, the answer means nothing.

    :param predicted: shape (N, 4)
    :param recorded: shape (N, 4)
    :return: shape (N,)
    """
    away = _heading(predicted) - _heading(recorded)
    near = np.abs(np.angle(np.exp(1j * away))) <= HEADING_TOLERANCE
    yaw = predicted[:, ANGULAR_Z]
    turning = (np.abs(yaw) >= IDLE_ANGULAR) & (np.sign(yaw) == np.sign(recorded[:, ANGULAR_Z]))
    return np.where(
        _translates(recorded), _translates(predicted) & near, ~_translates(predicted) & turning
    )


def _translates(actions: NDArray[np.float32]) -> NDArray[np.bool_]:
    return np.hypot(actions[:, LINEAR_X], actions[:, LINEAR_Y]) >= IDLE_LINEAR


def _heading(actions: NDArray[np.float32]) -> NDArray[np.float64]:
    return np.arctan2(actions[:, LINEAR_Y].astype(float), actions[:, LINEAR_X].astype(float))
