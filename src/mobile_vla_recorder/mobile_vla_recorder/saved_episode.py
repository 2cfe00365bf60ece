# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""What an episode became."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class SavedEpisode:
    """A finished episode, as the recorder tells of it."""

    path: Path
    frames: int
    commands: int
    dropped: int
    outcome: str
    reason: str
    quality: float
    """Share of good pictures, 0 to 1."""
    findings: tuple[str, ...]
    """What was wrong with the pictures or their times, a sentence each."""
    summary: tuple[str, ...]
    """A line on the quality of each camera."""
