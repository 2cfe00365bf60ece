# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""Look at what the cameras saw."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from ...action_space import DEAD_BAND, VELOCITY_DIM
from .colour_order import looks_swapped, swapped_frames
from .evidence import CameraEvidence, Evidence
from .finding import Finding, frame_ranges
from .picture_scan import PictureScan

LONE = 40
"""Levels by which a part of a picture differs from both its neighbours, of 255."""
ALIKE = 12
"""Levels within which a part of the two neighbours is the same, of 255."""
LONE_SHARE = 0.1
"""Share of a picture that is so unlike its neighbours."""


def check_images(evidence: Evidence) -> Iterator[Finding]:
    """Look at the pictures of every camera."""
    driven = _driven(evidence)
    for name, camera in evidence.cameras.items():
        scan = camera.pictures
        if scan is None or len(scan.decoded) == 0:
            continue
        yield from _check_decoding(evidence.name, name, scan)
        yield from _check_sizes(evidence.name, name, scan)
        yield from _check_light(evidence.name, name, scan)
        yield from _check_copies(evidence, name, camera, driven)
        yield from _check_colours(evidence.name, name, scan)


def _driven(evidence: Evidence) -> NDArray[np.bool_]:
    """Return in which frames of the primary camera the robot is to move, shape (T,)."""
    return (np.abs(evidence.actions[:, :VELOCITY_DIM]) > DEAD_BAND).any(axis=1)


def _report(code: str, episode: str, marked: NDArray[np.bool_], text: str) -> Iterator[Finding]:
    """Say it once: of how many pictures, and of the longest run."""
    ranges = frame_ranges(marked)
    if ranges:
        count = f'{int(marked.sum())} of {len(marked)} pictures'
        longest = max(ranges, key=lambda run: run[1] - run[0])
        more = f', in {len(ranges)} places' if len(ranges) > 1 else ''
        yield Finding(code, episode, text.format(count) + more, longest)


def _check_decoding(episode: str, camera: str, scan: PictureScan) -> Iterator[Finding]:
    yield from _report(
        'image.undecodable', episode, ~scan.decoded, f'{camera}: {{}} cannot be decoded'
    )
    yield from _report(
        'image.damaged', episode, scan.damaged, f'{camera}: the decoder finds {{}} damaged'
    )
    yield from _report(
        'image.altered',
        episode,
        scan.altered & scan.decoded & ~scan.damaged,
        f'{camera}: the bytes of {{}} are not those that were recorded',
    )
    yield from _report(
        'image.outlier',
        episode,
        _outliers(scan) & ~scan.damaged & ~scan.altered,
        f'{camera}: {{}} are unlike the one before and the one after',
    )


def _check_sizes(episode: str, camera: str, scan: PictureScan) -> Iterator[Finding]:
    known = scan.decoded & (scan.sizes > 0).all(axis=1)
    if not known.any():
        return
    sizes = Counter(map(tuple, scan.sizes[known].tolist()))
    first = tuple(scan.sizes[known][0].tolist())
    other = known & (scan.sizes != first).any(axis=1)
    named = ', '.join(f'{width}x{height}' for height, width in sizes)
    yield from _report('image.size', episode, other, f'{camera}: {{}} are of other sizes: {named}')


def _check_light(episode: str, camera: str, scan: PictureScan) -> Iterator[Finding]:
    yield from _report('image.black', episode, scan.black, f'{camera}: {{}} are black')
    yield from _report(
        'image.overexposed', episode, scan.overexposed, f'{camera}: {{}} are overexposed'
    )
    yield from _report(
        'image.blank',
        episode,
        scan.blank & ~scan.black & ~scan.overexposed,
        f'{camera}: {{}} are of one colour',
    )


def _check_copies(
    evidence: Evidence, name: str, camera: CameraEvidence, driven: NDArray[np.bool_]
) -> Iterator[Finding]:
    repeated = camera.pictures.repeated.copy()
    if len(driven) == len(repeated):
        repeated &= driven
    stamps = camera.stamps
    frozen = np.zeros_like(repeated)
    for first, last in frame_ranges(repeated):
        if not stamps[last] - stamps[first - 1] <= evidence.limits.frozen_seconds:
            frozen[first : last + 1] = True
            text = (
                f'{name}: the same picture for {stamps[last] - stamps[first - 1]:.1f} s while the '
                f'robot is driven'
            )
            yield Finding('image.frozen', evidence.name, text, (first - 1, last))
    yield from _report(
        'image.duplicate',
        evidence.name,
        repeated & ~frozen,
        f'{name}: {{}} are copies of the one before while the robot is driven',
    )


def _check_colours(episode: str, camera: str, scan: PictureScan) -> Iterator[Finding]:
    marked = swapped_frames(scan)
    yield from _report(
        'image.red_blue_swap',
        episode,
        marked,
        f'{camera}: {{}} follow the others with red as blue',
    )
    if not marked.any() and looks_swapped(scan):
        text = f'{camera}: what lies on the ground is of a deep blue'
        yield Finding('image.red_blue_swap', episode, text)


def _outliers(scan: PictureScan) -> NDArray[np.bool_]:
    """Return the single pictures unlike both their neighbours, which are like each other."""
    pictures = scan.thumbnails.astype(np.int16)
    marked = np.zeros(len(pictures), dtype=bool)
    if len(pictures) < 3:
        return marked
    steps = np.abs(np.diff(pictures, axis=0)).max(axis=-1)
    around = np.abs(pictures[2:] - pictures[:-2]).max(axis=-1)
    lone = (steps[:-1] > LONE) & (steps[1:] > LONE) & (around < ALIKE)
    sound = scan.decoded[:-2] & scan.decoded[1:-1] & scan.decoded[2:]
    marked[1:-1] = (lone.mean(axis=(1, 2)) >= LONE_SHARE) & sound
    return marked
