# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""What the recorder last said of itself."""

from __future__ import annotations

from dataclasses import dataclass
import math

STATUS_TIMEOUT = 2.5
"""The recorder sends its status twice a second; after so long it counts as gone [s]."""


@dataclass(frozen=True)
class PlanCount:
    """
    How far a plan is.

    :param recorded: usable episodes there are, by scenario
    :param wanted: episodes that the plan asks for, by scenario
    :param suggested: scenario that lacks most, '' when the plan is complete
    """

    recorded: dict[str, int]
    wanted: dict[str, int]
    suggested: str = ''


@dataclass(frozen=True)
class RecorderState:
    """A status, and when it came."""

    recording: bool = False
    """An episode is recorded, or has ended and is being saved."""
    saving: bool = False
    left: int = 0
    """Pictures that wait to be written."""
    instruction: str = ''
    scenario: str = ''
    episode: str = ''
    seconds: float = 0.0
    frames: int = 0
    dropped: int = 0
    rates: tuple[float, ...] = ()
    """Of each camera, the primary one first [Hz]."""
    free_disk_bytes: int = 0
    message: str = ''
    warnings: tuple[str, ...] = ()
    plan: PlanCount | None = None
    """None while the recorder has no plan or has not counted yet."""
    received: float = -math.inf

    def present(self, now: float) -> bool:
        """Return whether the recorder lives, as far as is known at `now` [s]."""
        return now - self.received <= STATUS_TIMEOUT

    def seconds_at(self, now: float) -> float:
        """Return how long the episode is at `now` [s]."""
        return self.seconds + max(0.0, now - self.received) if self.recording else 0.0
