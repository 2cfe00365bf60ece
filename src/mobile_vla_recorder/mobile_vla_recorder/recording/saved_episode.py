# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""What an episode became, and why it may not be kept."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from .recording import Recording
from .session_config import SessionConfig


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

    @classmethod
    def of(cls, recording: Recording, path: Path, outcome: str, reason: str) -> SavedEpisode:
        """Describe a recording that is finished; one that failed says so instead."""
        return cls(
            path=path,
            frames=recording.frames,
            commands=recording.commands,
            dropped=recording.dropped,
            outcome='unknown' if recording.error else outcome,
            reason=recording.error or reason,
            quality=recording.quality.score,
            findings=tuple(recording.findings()),
            summary=tuple(recording.summary()),
        )

    @property
    def about(self) -> str:
        """What to say of it when it comes back after a discard."""
        share = f'outcome {self.outcome}, quality {100 * self.quality:.0f} %, {self.frames} frames'
        return '; '.join((share, *self.findings))


def find_fault(config: SessionConfig, recording: Recording, scenario: str, length: float) -> str:
    """
    Return why an episode is not to be kept, '' when it is.

    :param length: of the episode by the stamps of its pictures [s]
    """
    least = config.plan.minimum_seconds(scenario) if config.plan else 0.0
    if length < least:
        return f'it lasted {length:.1f} s, the plan asks for at least {least:g} s'
    score = recording.quality.score
    if score < config.minimum_quality:
        return (
            f'quality {score:.3f} is below the minimum of {config.minimum_quality:g}: '
            f'{"; ".join(recording.summary())}'
        )
    return ''
