# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""What the keys for episodes ask of the recorder, and what to tell the driver."""

from __future__ import annotations

from dataclasses import dataclass, field
import math
from pathlib import PurePath

from .key_map import (
    DISCARD,
    SAVE,
    SAVE_FAILURE,
    SCENARIOS,
    START,
    SUGGESTED,
    UNDO,
    WAS_FAILURE,
    WAS_SCENARIO,
    WAS_SUCCESS,
)
from .plan import TeleopPlan
from .recorder_state import RecorderState
from .request import Answer, Request, Service

START_DELAY = 0.3
"""Zeros are sent for so long before an episode is started, so that commands arrive [s]."""
ANSWER_TIMEOUT = 10.0
"""After so long without an answer the recorder may be asked again [s]."""


@dataclass
class TeleopEpisode:
    """
    Turns keys into requests; the recorder's own status decides what is possible.

    :param plan: the collection plan, None without one
    :param instruction: what to say without a plan
    :param scenario: the scenario's name without a plan
    """

    plan: TeleopPlan | None = None
    instruction: str = ''
    scenario: str = ''
    message: str = ''
    """The last thing to tell the driver."""
    recorder: RecorderState = field(default_factory=RecorderState)
    _started: str = ''
    _lost: bool = False
    _start_at: float = math.inf
    _asked: Request | None = None
    _asked_at: float = -math.inf

    @property
    def next_instruction(self) -> str:
        """What the next episode will be told, '' when nobody has said."""
        return self.plan.instruction if self.plan else self.instruction

    def active(self, now: float) -> bool:
        """Return whether the driver's episode runs or is about to, so that commands must come."""
        asked = self._waiting(now) and not self.recorder.saving
        return self._own(now) or self._start_at < math.inf or asked

    def press(self, key: str, now: float) -> Request | None:
        """Take a key and return what it asks of the recorder."""
        if key == START:
            self.start(now)
        elif key in (SAVE, SAVE_FAILURE):
            return self.save('success' if key == SAVE else 'failure', now)
        elif key == DISCARD:
            return self.discard(now)
        elif key in (UNDO, WAS_SUCCESS, WAS_FAILURE, WAS_SCENARIO):
            return self.amend(key, now)
        elif key in (SUGGESTED, *SCENARIOS):
            self.choose(None if key == SUGGESTED else SCENARIOS.index(key), now)
        else:
            self.message = f'{key!r} means nothing here; is the keyboard set to English?'
        return None

    def start(self, now: float) -> None:
        """Take the start key; the request comes from `due` a little later."""
        if not self._ready(now):
            return
        if self.recorder.recording:
            self.message = 'an episode is being recorded: M saves it, X discards it'
        elif not self.next_instruction:
            self.message = 'no instruction: start teleop with plan:=… or instruction:=…'
        else:
            self._start_at = now + START_DELAY
            self.message = 'starting …'

    def due(self, now: float) -> Request | None:
        """Return the request to start when its time has come."""
        if self._asked and not self._waiting(now):
            self.on_silence()
        self._look_for_recorder(now)
        if now < self._start_at:
            return None
        self._start_at = math.inf
        scenario = self.plan.scenario.name if self.plan else self.scenario
        return self._ask(
            Request(Service.START, instruction=self.next_instruction, scenario=scenario), now
        )

    def save(self, outcome: str, now: float) -> Request | None:
        """Take a save key."""
        return (
            self._ask(Request(Service.STOP, outcome=outcome), now) if self._can_end(now) else None
        )

    def discard(self, now: float) -> Request | None:
        """Take the discard key."""
        return self._ask(Request(Service.DISCARD), now) if self._can_end(now) else None

    def amend(self, key: str, now: float) -> Request | None:
        """Take a key that says something else about the last episode, or takes it back."""
        if not self._ready(now):
            return None
        if self.recorder.recording:
            self.message = 'an episode is being recorded: end it with M or X first'
            return None
        if key == UNDO:
            return self._ask(Request(Service.UNDO), now)
        if key != WAS_SCENARIO:
            outcome = 'success' if key == WAS_SUCCESS else 'failure'
            return self._ask(Request(Service.RELABEL, outcome=outcome), now)
        if self.plan is None:
            self.message = 'no plan, so no other scenario to give to the last episode'
            return None
        scenario, instruction = self.plan.scenario.name, self.plan.instruction
        return self._ask(Request(Service.RELABEL, instruction, scenario), now)

    def abandon(self, reason: str, now: float) -> Request | None:
        """Return the request that keeps the driver's own running episode when he is gone."""
        if not self._own(now):
            return None
        return Request(Service.STOP, outcome='unknown', reason=reason)

    def choose(self, index: int | None, now: float) -> None:
        """Take a number key; None stands for the suggested scenario."""
        if self.plan is None:
            self.message = 'no plan: start teleop with plan:=…, such as plan:=box_and_cup'
        elif self.active(now):
            self.message = 'an episode is being recorded: choose the next scenario after it'
        elif index is None and not self.plan.counted:
            self.message = 'no suggestion: start the recorder with the same plan:=…, it counts'
        elif index is None and self.plan.suggested is None:
            self.message = 'the plan is complete'
        elif not self.plan.select(self.plan.suggested if index is None else index):
            self.message = f'the plan has scenarios 1 to {len(self.plan.plan.scenarios)}'
        else:
            self.message = f'next: {self.plan.scenario.name}'

    def on_answer(self, request: Request, answer: Answer) -> None:
        """Take what the recorder answered."""
        self._asked = None
        service, name = request.service, PurePath(answer.path).name
        if service in (Service.STOP, Service.DISCARD):
            self._started = ''
        if not answer.success:
            # Too short an episode is discarded by a stop: that is no refusal.
            refused = '' if service is Service.STOP else 'refused: '
            self.message = f'{refused}{answer.message}'
        elif service is Service.START:
            self._started = answer.path
            self.message = f'recording: {request.instruction}'
        elif service is Service.STOP:
            quality = f'quality {100 * answer.quality:.0f} %, {answer.frames} frames'
            saved = f'saved as {request.outcome}, {quality}: {name}'
            self.message = '; '.join((saved, *answer.findings))
        elif service is Service.DISCARD:
            self.message = 'the episode was discarded: U brings it back'
        elif service is Service.UNDO:
            self.message = f'undone: {answer.message}'
        else:
            now_is = request.outcome or f'{request.scenario}: {request.instruction}'
            self.message = f'{name} is now {now_is}'

    def on_state(self, state: RecorderState) -> None:
        """Take the recorder's status; it may have ended the driver's episode by itself."""
        before, self.recorder = self.recorder, state
        if self.plan:
            self.plan.update(state.plan)
        lost, self._lost = self._lost, False
        own = before.recording and before.episode == self._started and self._asked is None
        if own and not state.recording:
            self._started = ''
            ended = 'by somebody else' if not lost else 'when the recorder ended; it is back'
            self.message = state.message or f'the episode was ended {ended}'
        elif own and lost:
            self.message = 'the recorder is back and goes on recording'

    def on_silence(self) -> None:
        """Take that a request could not be sent or its answer was lost."""
        self._asked = None
        self.message = 'the recorder did not answer'

    def _ask(self, request: Request, now: float) -> Request:
        self._asked, self._asked_at = request, now
        return request

    def _own(self, now: float) -> bool:
        """Return whether an episode runs that was started here."""
        own = self.recorder.recording and self.recorder.episode == self._started
        return own and not self.recorder.saving and self.recorder.present(now)

    def _look_for_recorder(self, now: float) -> None:
        """Say once that the recorder has fallen silent in the middle of an episode from here."""
        own = self.recorder.recording and self.recorder.episode == self._started
        if own and not self._lost and not self.recorder.present(now):
            self._lost = True
            self.message = (
                'the recorder ended, or hangs: start it again, it recovers what it had written'
            )

    def _waiting(self, now: float) -> bool:
        saving = self.recorder.saving and self.recorder.present(now)
        return self._asked is not None and (saving or now - self._asked_at < ANSWER_TIMEOUT)

    def _ready(self, now: float) -> bool:
        if self.recorder.saving and self.recorder.present(now):
            self.message = 'wait: the episode is being saved'
        elif self._waiting(now):
            self.message = 'wait: the recorder has not answered yet'
        elif not self.recorder.present(now):
            self.message = 'no recorder answers: start it, or set recorder:= to its name'
        else:
            return True
        return False

    def _can_end(self, now: float) -> bool:
        if self._start_at < math.inf:
            self._start_at = math.inf
            self.message = 'not started'
            return False
        if not self._ready(now):
            return False
        if not self.recorder.recording:
            self.message = 'no episode is being recorded: N starts one'
            return False
        return True
