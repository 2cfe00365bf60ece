# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""Whether the network is ever shown a window without padding."""

from __future__ import annotations

from collections.abc import Sequence

from mobile_vla_core.errors import ConfigError

from .cache import CachedEpisode


def check_window_fit(
    episodes: Sequence[CachedEpisode], window: int, clip_length: int, step_period: float
) -> None:
    """
    Refuse what could only train on padded windows, which a drive soon leaves behind.

    A clip longer than an episode is no fault: it is padded at its end and the rest is masked.

    :param episodes: those to train on
    :param window: W, frames that the network looks back over
    :param clip_length: frames of a clip
    :param step_period: time between frames [s]
    :raises ConfigError: if the window is longer than a clip or than every episode
    """
    if clip_length < window:
        raise ConfigError(
            f'data.clip_length={clip_length} is shorter than the window of {window} frames, so no '
            f'window would ever be full: choose a clip_length of {window} or more'
        )
    longest = max(episodes, key=lambda episode: episode.length)
    if longest.length < window:
        raise ConfigError(
            f'the window of {window} frames is longer than every training episode: the longest '
            f'stretch without lost frames, in {longest.name}, has {longest.length} frames of '
            f'{step_period:g} s; record longer ones, or lower policy.network.window'
        )
