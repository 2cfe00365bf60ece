# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""What teleoperation asks of the recorder, and what comes back."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class Service(Enum):
    """A service of the recorder."""

    START = 'start'
    STOP = 'stop'
    DISCARD = 'discard'
    UNDO = 'undo'
    RELABEL = 'relabel'


@dataclass(frozen=True)
class Request:
    """One call of a service; a field that the service does not have is not sent."""

    service: Service
    instruction: str = ''
    scenario: str = ''
    outcome: str = ''
    reason: str = ''


@dataclass(frozen=True)
class Answer:
    """
    What the recorder answered; a field that the service does not have keeps its default.

    :param message: why it failed, or what was done
    :param quality: share of good images, 0 to 1
    :param findings: what was wrong with the images or their times
    """

    success: bool
    message: str = ''
    path: str = ''
    frames: int = 0
    quality: float = 1.0
    findings: tuple[str, ...] = ()
