# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""A camera's CameraInfo that came when its episode was under way: no attribute fits any more."""

from __future__ import annotations

from collections.abc import Iterable

from . import schema

_PIECE = 200
"""Characters of an event: of at most two bytes each they fit beside the camera's name."""


def split(camera: str, info: str) -> list[str]:
    """Return the texts of the events that hold a CameraInfo, in order."""
    pieces = [info[start : start + _PIECE] for start in range(0, len(info), _PIECE)]
    return [f'{camera} {k}/{len(pieces)} {piece}' for k, piece in enumerate(pieces, start=1)]


def join(camera: str, events: Iterable[tuple[float, str, str]]) -> str:
    """Return the CameraInfo of a camera that came late, '' when none or not all of it is there."""
    found, count = [], 0
    for _, kind, text in events:
        if kind == schema.CAMERA_INFO_EVENT and text.startswith(f'{camera} '):
            place, _, piece = text.removeprefix(f'{camera} ').partition(' ')
            found.append(piece)
            count = int(place.partition('/')[2])
    return ''.join(found) if len(found) == count else ''
