# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""Choose what of every control tick goes into the run log."""

from __future__ import annotations

import json

from mobile_vla_core.safety import StopReason

from .run_log import RunLog
from .tick import Tick

STOPPED_EVENT = 'stopped'
DRIVING_EVENT = 'driving'
TAKEOVER_EVENT = 'takeover'
PREDICTION_EVENT = 'prediction'


class RunJournal:
    """
    Write one file per instruction between activation and deactivation.

    Each command is written, and as events: why the robot stopped, when it drove again, who
    drives, and with every new prediction its ages, which grow with time until the next one.

    :param log: takes what is written
    """

    def __init__(self, log: RunLog) -> None:
        self._log = log
        self._active = False
        self._last: tuple[StopReason | None, str] = (None, '')

    def activate(self, instruction: str, now: float) -> None:
        """Begin a file, if there is an instruction."""
        self._active = True
        self.follow(instruction, now)

    def follow(self, instruction: str, now: float) -> None:
        """Begin a new file for a new instruction."""
        if self._active:
            self._last = (None, '')
            self._log.begin(instruction, now)

    def watch(self, tick: Tick) -> None:
        """Write down a tick."""
        decision = tick.decision
        self._log.command(decision.velocity, int(decision.action_type), tick.now)
        reason, driver = self._last
        self._last = (decision.reason, tick.driver)
        if decision.reason not in (None, reason):  # The sentence may hold an age, which grows.
            self._log.event(tick.now, STOPPED_EVENT, decision.sentence)
        if tick.driver == 'policy' != driver:
            self._log.event(tick.now, DRIVING_EVENT, 'the policy drives')
        if tick.driver == 'human' != driver:
            self._log.event(tick.now, TAKEOVER_EVENT, 'the human drives')
        if tick.chosen.fresh:
            self._log.event(tick.now, PREDICTION_EVENT, _ages(tick))

    def deactivate(self, now: float) -> None:
        """End the file."""
        if self._active:
            self._active = False
            self._log.end('deactivated', now)


def _ages(tick: Tick) -> str:
    return json.dumps(
        {
            'image_age': round(tick.chosen.image_age, 4),
            'chunk_age': round(tick.chosen.chunk_age, 4),
            'inference_ms': round(tick.inference_ms, 2),
        }
    )
