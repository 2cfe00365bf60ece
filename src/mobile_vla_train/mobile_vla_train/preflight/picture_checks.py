# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""Check what cameras saw: frozen, black and copied frames, and the time between them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from mobile_vla_core.episodes.reader import Episode
from mobile_vla_core.motion import is_moving

from ..data.cache import FrameCache
from .finding import Finding, Level, name_some

LOOKED_AT = 16
"""Episodes whose pictures are looked at, spread over the folder."""
STEP = 4
"""Every so many pixels are compared."""
FROZEN = 0.1
"""Share of driven frames equal to the one before from which the camera hangs."""
DARK = 5.0
"""Mean brightness of a black picture, of 255."""
FLAT = 2.0
"""Spread of brightness within a picture that shows nothing, of 255."""
SHORTEST, LONGEST = 0.02, 0.5
"""Times between frames that a driving policy can use [s]."""
UNEVEN = 0.25
"""Spread of the time between frames, as a share of its median."""
GAP = 1.75
"""Times the median from which a frame is missing."""
GAPS = 0.02
"""Share of gaps from which pictures were lost in recording."""


def check_pictures(cache: FrameCache) -> list[Finding]:
    """Look at the pictures of some episodes, all spread over the folder."""
    chosen = np.linspace(0, len(cache.episodes) - 1, LOOKED_AT).round().astype(int)
    episodes = [cache.episodes[i] for i in sorted(set(chosen.tolist()))]
    frozen, dark, whole = [], [], []
    for episode in episodes:
        frames = cache.frames[episode.rows][:, ::STEP, ::STEP]
        driven = is_moving(cache.actions[episode.rows])[:-1]
        same = (frames[1:] == frames[:-1]).all(axis=(1, 2, 3))
        if len(frames) > 2 and same.all():
            whole.append(episode.name)
        elif driven.any() and same[driven].mean() > FROZEN:
            frozen.append(f'{episode.name} ({same[driven].mean():.0%})')
        light = frames.mean(axis=3)
        if light.mean() < DARK or np.median(light.std(axis=(1, 2))) < FLAT:
            dark.append(episode.name)
    split = len({episode.name for episode in episodes}) < len(episodes)
    looked = f'of {len(episodes)} {"pieces of " if split else ""}episodes looked at'
    findings = []
    if whole:
        level = Level.ERROR if len(whole) == len(episodes) else Level.WARNING
        text = f'the picture never changes in {len(whole)} {looked}: {_once(whole)}'
        findings.append(Finding(level, 'pictures', text))
    if frozen:
        text = (
            f'the picture hangs while the robot drives in {len(frozen)} {looked}: {_once(frozen)}'
        )
        findings.append(Finding(Level.WARNING, 'pictures', text))
    if dark:
        level = Level.ERROR if len(dark) == len(episodes) else Level.WARNING
        text = f'the picture is black or shows nothing in {len(dark)} {looked}: {_once(dark)}'
        findings.append(Finding(level, 'pictures', text))
    return findings


def _once(names: Sequence[str]) -> str:
    """Name some episodes, each once however many of its pieces are meant."""
    return name_some(dict.fromkeys(names))


def check_cadence(paths: Sequence[Path], step_period: float, camera: str) -> list[Finding]:
    """
    Look at the capture times in the episode files.

    :param step_period: of the policy [s]
    """
    findings = []
    if not SHORTEST <= step_period <= LONGEST:
        text = (
            f'a frame every {step_period:.3f} s is odd: expected {SHORTEST} to {LONGEST} s; '
            f'set data.step_period to what the robot is to be served at'
        )
        findings.append(Finding(Level.WARNING, 'cadence', text))
    uneven, gaps = [], []
    for path in paths:
        with Episode(path) as episode:
            periods = np.diff(episode.stamps(camera))
        if len(periods) == 0:
            continue
        median = float(np.median(periods))
        missing = int((periods > GAP * median).sum())
        if missing > GAPS * len(periods) + 1:
            gaps.append(f'{path.name} ({missing})')
        if periods.std() > UNEVEN * median:
            uneven.append(path.name)
    if gaps:
        text = f'frames are missing in {len(gaps)} of {len(paths)} episodes: {name_some(gaps)}'
        findings.append(Finding(Level.WARNING, 'cadence', text))
    elif uneven:
        text = f'the time between frames is uneven in {len(uneven)} episodes: {name_some(uneven)}'
        findings.append(Finding(Level.WARNING, 'cadence', text))
    return findings


def check_copies(cache: FrameCache, training: Sequence[str]) -> list[Finding]:
    """
    Look for drives that are there twice: the same commands after the same first picture.

    :param training: names of the episodes trained on
    """
    groups: dict[bytes, list[str]] = defaultdict(list)
    for episode in cache.episodes:
        first = slice(episode.start, episode.start + 1)
        groups[cache.actions[episode.rows].tobytes() + cache.frames[first].tobytes()].append(
            episode.name
        )
    copies = [sorted(set(names)) for names in groups.values() if len(set(names)) > 1]
    known = set(training)
    leaks = [names for names in copies if known & set(names) and set(names) - known]
    if leaks:
        text = (
            f'the same drive is in training and in validation, so the score would be a memory: '
            f'remove the copies {name_some(" = ".join(names) for names in leaks)}'
        )
        return [Finding(Level.ERROR, 'copies', text)]
    if copies:
        text = f'copies of one drive: {name_some(" = ".join(names) for names in copies)}'
        return [Finding(Level.WARNING, 'copies', text)]
    return []
