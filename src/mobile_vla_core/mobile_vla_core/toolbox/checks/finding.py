# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""What a check has found."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from .codes import CODES, Severity


@dataclass(frozen=True)
class Finding:
    """
    One fault of one episode, or of the folder.

    :param code: one of CODES
    :param episode: name of the file, '' for a fault of all of them together
    :param text: what was found, with its figures
    :param frames: first and last frame, None where it concerns the whole episode
    """

    code: str
    episode: str
    text: str
    frames: tuple[int, int] | None = None

    def __post_init__(self) -> None:
        CODES[self.code]  # a code that is not listed is a fault of the program

    @property
    def severity(self) -> Severity:
        """How bad it is."""
        return CODES[self.code].severity

    @property
    def remedy(self) -> str:
        """What to do about it."""
        return CODES[self.code].remedy

    def to_dict(self) -> dict[str, Any]:
        """Return plain values for JSON."""
        return {
            'code': self.code,
            'severity': str(self.severity),
            'episode': self.episode,
            'frames': None if self.frames is None else list(self.frames),
            'text': self.text,
            'remedy': self.remedy,
        }


def frame_ranges(marked: ArrayLike) -> list[tuple[int, int]]:
    """
    Return the first and the last frame of each run of marked ones.

    :param marked: truth values, shape (T,)
    """
    edges = np.diff(np.concatenate([[False], np.asarray(marked, dtype=bool), [False]]).astype(int))
    starts, ends = np.flatnonzero(edges == 1), np.flatnonzero(edges == -1)
    return [(int(start), int(end) - 1) for start, end in zip(starts, ends, strict=True)]
