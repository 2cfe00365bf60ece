# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""Choose what of every control tick goes into the run log."""

from __future__ import annotations

from collections.abc import Sequence
import json
from math import isfinite

from mobile_vla_core.safety import StopReason

from .prediction import Prediction
from .run_log import RunLog
from .tick import Tick

STOPPED_EVENT = 'stopped'
DRIVING_EVENT = 'driving'
TAKEOVER_EVENT = 'takeover'
PREDICTION_EVENT = 'prediction'
ACTION_TYPE_NOT_GIVEN = -1
"""As in the episode schema, which needs h5py; that stays out of the control process."""


class RunJournal:
    """
    Write one file per instruction between activation and deactivation.

    Each command is written, and as events: why the robot stopped, when it drove again, who
    drives, and every new prediction with its ages, which grow with time until the next one.

    In shadow mode the commands are those of the human who drives.

    :param log: takes what is written
    :param shadow: the policy does not drive
    """

    def __init__(self, log: RunLog, *, shadow: bool) -> None:
        self._log = log
        self._shadow = shadow
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
        if not self._shadow:
            self._log.command(decision.velocity, int(decision.action_type), tick.now)
        reason, driver = self._last
        self._last = (decision.reason, tick.driver)
        if decision.reason not in (None, reason):  # The sentence may hold an age, which grows.
            self._log.event(tick.now, STOPPED_EVENT, decision.sentence)
        if tick.driver == 'policy' != driver:
            self._log.event(tick.now, DRIVING_EVENT, 'the policy drives')
        if tick.driver == 'human' != driver:
            self._log.event(tick.now, TAKEOVER_EVENT, 'the human drives')
        for prediction in tick.chosen.predictions:
            self._log.event(tick.now, PREDICTION_EVENT, _describe(prediction, tick))

    def human(self, velocity: Sequence[float], stamp: float) -> None:
        """Write down a command of the human beside whom the policy predicts."""
        if self._active and all(map(isfinite, velocity)):
            self._log.command(velocity, ACTION_TYPE_NOT_GIVEN, stamp)

    def deactivate(self, now: float) -> None:
        """End the file."""
        if self._active:
            self._active = False
            self._log.end('deactivated', now)


def _describe(prediction: Prediction, tick: Tick) -> str:
    return json.dumps(
        {
            'velocity': [round(float(value), 4) for value in prediction.velocity],
            'action_type': int(prediction.action_type),
            'image_age': round(tick.chosen.image_age, 4),
            'chunk_age': round(prediction.age, 4),
            'inference_ms': round(prediction.inference_ms, 2),
        }
    )
