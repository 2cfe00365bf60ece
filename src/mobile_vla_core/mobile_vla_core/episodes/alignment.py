# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""Join commands to frames by the rule written in schema.ALIGNMENT_RULE."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..action_space import as_action, derive_action_type, STOP_ACTION
from .schema import ACTION_TYPE_NOT_GIVEN


def align_actions(
    frame_stamps: ArrayLike,
    command_stamps: ArrayLike,
    velocities: ArrayLike,
    action_types: ArrayLike | None = None,
) -> tuple[NDArray[np.float32], NDArray[np.float64]]:
    """
    Find the command in force from the capture of each frame.

    :param frame_stamps: capture times, shape (T,), in recorded order [s]
    :param command_stamps: shape (N,) [s], any order
    :param velocities: shape (N, 3) [m/s, m/s, rad/s]
    :param action_types: shape (N,), ACTION_TYPE_NOT_GIVEN where the driver gave none
    :return: actions, shape (T, 4), and the time from which each applies, shape (T,) [s], never
        earlier than its frame
    """
    frames = np.asarray(frame_stamps, dtype=np.float64)
    stamps = np.asarray(command_stamps, dtype=np.float64)
    actions = np.tile(STOP_ACTION, (len(frames), 1))
    if len(stamps) == 0 or len(frames) == 0:
        return actions, frames.copy()

    order = np.argsort(stamps, kind='stable')
    stamps = stamps[order]
    commands = _actions(velocities, action_types)[order]

    first_after = np.searchsorted(stamps, frames, side='left')
    next_frame = np.append(frames[1:], np.inf)
    candidate = stamps[np.minimum(first_after, len(stamps) - 1)]
    answered = (first_after < len(stamps)) & (candidate < next_frame)
    chosen = np.where(answered, first_after, first_after - 1)
    known = chosen >= 0
    actions[known] = commands[chosen[known]]
    since = np.where(known, stamps[np.maximum(chosen, 0)], frames)
    return actions, np.maximum(since, frames)


def _actions(velocities: ArrayLike, action_types: ArrayLike | None) -> NDArray[np.float32]:
    derived = derive_action_type(velocities)
    if action_types is None:
        return as_action(velocities, derived)
    given = np.asarray(action_types)
    return as_action(velocities, np.where(given == ACTION_TYPE_NOT_GIVEN, derived, given))
