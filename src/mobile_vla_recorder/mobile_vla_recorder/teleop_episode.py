# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""What the start, save and discard keys ask of the recorder, and what to tell the driver."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum
import math
from pathlib import PurePath

from .collection_plan_progress import PlanProgress

START_DELAY = 0.3
"""Zeros are sent for so long before an episode is started, so that commands arrive [s]."""
ANSWER_TIMEOUT = 10.0
"""After so long without an answer the recorder may be asked again [s]."""
STATUS_TIMEOUT = 2.5
"""The recorder sends its status twice a second; after so long it counts as gone [s]."""


class Service(Enum):
    """A service of the recorder."""

    START = 'start'
    STOP = 'stop'
    DISCARD = 'discard'


@dataclass(frozen=True)
class Request:
    """One call of a service, and what is said when it succeeds."""

    service: Service
    instruction: str = ''
    scenario: str = ''
    outcome: str = ''
    reason: str = ''


@dataclass(frozen=True)
class RecorderState:
    """What the recorder last said of itself, and when that came."""

    recording: bool = False
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
    received: float = -math.inf

    def present(self, now: float) -> bool:
        """Return whether the recorder lives, as far as is known at `now` [s]."""
        return now - self.received <= STATUS_TIMEOUT

    def seconds_at(self, now: float) -> float:
        """Return how long the episode is at `now` [s]."""
        return self.seconds + max(0.0, now - self.received) if self.recording else 0.0


@dataclass
class TeleopEpisode:
    """
    Turns keys into requests; the recorder's own status decides what is possible.

    :param progress: the collection plan, None without one
    :param instruction: what to say without a plan
    :param scenario: the scenario's name without a plan
    """

    progress: PlanProgress | None = None
    instruction: str = ''
    scenario: str = ''
    message: str = ''
    """The last thing to tell the driver."""
    recorder: RecorderState = field(default_factory=RecorderState)
    _started: str = ''
    _start_at: float = math.inf
    _asked: Request | None = None
    _asked_at: float = -math.inf

    @property
    def next_instruction(self) -> str:
        """What the next episode will be told, '' when nobody has said."""
        return self.progress.instruction if self.progress else self.instruction

    def active(self, now: float) -> bool:
        """Return whether an episode runs or is about to, so that commands must arrive."""
        recording = self.recorder.recording and self.recorder.present(now)
        return recording or self._start_at < math.inf or self._waiting(now)

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
        if now < self._start_at:
            return None
        self._start_at = math.inf
        scenario = self.progress.scenario.name if self.progress else self.scenario
        return self._ask(
            Request(Service.START, instruction=self.next_instruction, scenario=scenario), now
        )

    def save(self, outcome: str, now: float, reason: str = '') -> Request | None:
        """Take a save key; an episode shorter than the plan allows is discarded instead."""
        if not self._can_end(now):
            return None
        seconds, minimum = self.recorder.seconds_at(now), 0.0
        if self.progress:
            minimum = self.progress.minimum_seconds(self.recorder.scenario)
        if seconds < minimum:
            reason = f'it lasted {seconds:.1f} s, the plan asks for {minimum:g} s'
            return self._ask(Request(Service.DISCARD, reason=reason), now)
        scenario = self.recorder.scenario
        return self._ask(Request(Service.STOP, '', scenario, outcome, reason), now)

    def discard(self, now: float) -> Request | None:
        """Take the discard key."""
        return self._ask(Request(Service.DISCARD), now) if self._can_end(now) else None

    def abandon(self, reason: str, now: float) -> Request | None:
        """Return the request that keeps the driver's own running episode when he is gone."""
        own = self.recorder.recording and self.recorder.episode == self._started
        if not own or not self.recorder.present(now):
            return None
        return Request(Service.STOP, outcome='unknown', reason=reason)

    def choose(self, index: int | None, now: float) -> None:
        """Take a number key; None stands for the suggested scenario."""
        if self.progress is None:
            self.message = 'no plan: start teleop with plan:=…, such as plan:=box_and_cup'
        elif self.active(now):
            self.message = 'an episode is being recorded: choose the next scenario after it'
        elif index is None and self.progress.suggested is None:
            self.message = 'the plan is complete'
        elif not self.progress.select(self.progress.suggested if index is None else index):
            self.message = f'the plan has scenarios 1 to {len(self.progress.plan.scenarios)}'
        else:
            self.message = f'next: {self.progress.scenario.name}'

    def on_answer(
        self, request: Request, success: bool, text: str, path: str, frames: int
    ) -> None:
        """Take what the recorder answered."""
        self._asked = None
        if not success:
            self.message = f'refused: {text}'
        elif request.service is Service.START:
            self._started = path
            self.message = f'recording: {request.instruction}'
        elif request.service is Service.DISCARD:
            self._started = ''
            because = f': {request.reason}' if request.reason else ''
            self.message = f'the episode was discarded{because}'
        else:
            self._started = ''
            note = f'; {text}' if text else ''
            self.message = (
                f'saved as {request.outcome}: {PurePath(path).name}, {frames} frames{note}'
            )
            if self.progress:
                self.progress.add(request.scenario, request.outcome)

    def on_state(self, state: RecorderState) -> None:
        """Take the recorder's status; it may have ended the driver's episode by itself."""
        before, self.recorder = self.recorder, state
        own = before.recording and before.episode == self._started and self._asked is None
        if own and not state.recording:
            self._started = ''
            self.message = state.message or 'the episode was ended by somebody else'
            if state.message and self.progress:  # it says why the episode was stopped and kept
                self.progress.add(before.scenario, 'unknown')

    def on_silence(self) -> None:
        """Take that a request could not be sent or its answer was lost."""
        self._asked = None
        self.message = 'the recorder did not answer'

    def _ask(self, request: Request, now: float) -> Request:
        self._asked, self._asked_at = request, now
        return request

    def _waiting(self, now: float) -> bool:
        return self._asked is not None and now - self._asked_at < ANSWER_TIMEOUT

    def _ready(self, now: float) -> bool:
        if self._waiting(now):
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
