# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""Decide what the base does at each control tick, and why."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import floor
import threading
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from mobile_vla_core.action_space import ACTION_TYPE, ActionType, VELOCITY_DIM
from mobile_vla_core.chunk_player import Chunk, ChunkPlayer
from mobile_vla_core.errors import MobileVlaError
from mobile_vla_core.picture import Picture
from mobile_vla_core.policy_card import PolicyCard
from mobile_vla_core.safety import StopReason, VelocityLimits

from .cadence import Cadence
from .decision import Decision, ZERO
from .frame_sampler import FrameSampler
from .gates.arming import Arming
from .gates.camera_gate import CameraGate
from .gates.chunk_gate import ChunkGate
from .gates.gate import first_stop, Gate, Stop
from .gates.image_gate import ImageGate
from .gates.instruction_gate import InstructionGate
from .gates.picture_gate import PictureGate
from .gates.worker_gate import WorkerGate
from .prediction import Prediction
from .record import ReplyKind, ReplyRecord

if TYPE_CHECKING:
    from .parameters import SafetyParameters

_CLOCK_JUMP = 0.5
"""A clock that goes back by more than this was set anew, by a simulator or a person [s]."""
_SILENCE = 1.0
"""A camera that gives no image for longer has no rate [s]."""
_ROUNDING = 1e-4
"""Steps by which a time may miss a step's edge and still count as on it."""
_MOVING = 0.05
"""Speed from which the camera should see that the robot moves [m/s or rad/s]."""


@dataclass(frozen=True)
class Tally:
    """
    What happened since the last activation.

    :param frames: frames given to the policy
    :param dropped: frames that were due but could not be given or used
    :param inference_ms: duration of the last inference [ms]
    :param crc32: CRC-32 of the last preprocessed frame
    """

    frames: int = 0
    dropped: int = 0
    inference_ms: float = 0.0
    crc32: int = 0


class Pilot:
    """
    Hold what is known about images, worker and chunk, and judge it.

    Called by the subscription, the supervisor of the worker and the control loop, each in its
    own thread; times [s] are those of the node's clock.

    :param card: the policy's driving card
    :param topic: name of the image topic, for the sentences
    :param safety: what stops the robot
    :param gates: judged after arming and before the pilot's own, in this order
    :param largest: speeds that tighten the card's limits, shape (3,); 0 leaves an axis as it is
    :param arming: not armed when None
    :param player: chooses the action of a moment; by receding horizon when None
    """

    def __init__(
        self,
        card: PolicyCard,
        topic: str,
        safety: SafetyParameters,
        gates: Sequence[Gate] = (),
        *,
        arming: Arming | None = None,
        player: ChunkPlayer | None = None,
        largest: Sequence[float] = (0.0, 0.0, 0.0),
    ) -> None:
        self._step_period = card.step_period
        self._codec = card.codec
        self._limits = VelocityLimits.of(card.codec).within(largest)
        self._sampler = FrameSampler(card.step_period)
        self._cadence = Cadence(card.step_period)
        self.arming = arming or Arming()
        """Judged first."""
        self._worker = WorkerGate()
        self._order = InstructionGate()
        self._image = ImageGate(topic, safety.max_image_age)
        self._camera = CameraGate(card, topic, safety.aspect_tolerance)
        self._picture = PictureGate(
            topic,
            max_frozen_time=safety.max_frozen_time,
            frozen_at_rest=safety.frozen_at_rest,
            min_brightness=safety.min_brightness,
            min_contrast=safety.min_contrast,
        )
        self._chunk = ChunkGate(topic, safety.max_chunk_age, player)
        self._gates = (
            self.arming,
            *gates,
            self._image,
            self._camera,
            self._picture,
            self._worker,
            self._order,
            self._chunk,
        )
        self._lock = threading.RLock()
        self._generation = 0
        self._tally = Tally()
        self._latest = self._arrived = float('-inf')
        self._forget(float('-inf'))

    @property
    def instruction(self) -> str:
        """The instruction that is followed."""
        return self._order.text

    @property
    def generation(self) -> int:
        """Number of resets; replies to frames of earlier generations are ignored."""
        return self._generation

    @property
    def tally(self) -> Tally:
        """What happened since the last activation."""
        return self._tally

    @property
    def camera_rate(self) -> float:
        """Images per second of late, 0 while too few come."""
        with self._lock:
            return 1.0 / (self._camera_period or float('inf'))

    @property
    def worker_stop(self) -> Stop | None:
        """Why there is no worker, whatever else stops the robot; None when there is one."""
        return self._worker.verdict(self._latest)

    @property
    def warnings(self) -> list[str]:
        """What is too slow for the policy, one sentence each."""
        with self._lock:
            return self._cadence.warnings(self._camera_period)

    @property
    def _camera_period(self) -> float | None:
        """Time between images of late [s], None while too few come."""
        period = self._sampler.camera_period
        if period is None or self._latest - self._arrived > max(_SILENCE, 3.0 * period):
            return None
        return period

    def activate(self, now: float) -> None:
        """Start with an empty history and new counts."""
        with self._lock:
            self._tally = Tally()
            self._image.reset(now)
            self._picture.reset()
            self._cadence.reset()
            self._forget(now)

    def follow(self, instruction: str, now: float) -> None:
        """Take an instruction, also the same one again, and start with an empty history."""
        with self._lock:
            self._order.text = instruction.strip()
            self._forget(now)

    def offer(self, picture: Picture, stamp: float, now: float) -> bool:
        """Take note of an image and tell whether the policy is to see it."""
        with self._lock:
            self._watch_clock(now)
            self._arrived = now
            self._camera.note(picture)
            usable = self._image.note(stamp, now)
            if self._image.take_jump():
                self._forget(stamp)
            usable = usable and stamp >= self._since
            return usable and self._worker.ready and self._sampler.take(stamp)

    def advise(self, advice: str) -> None:
        """Take what to do while no image comes, for the sentence that says so."""
        self._image.advice = advice

    def given(self, taken: bool) -> None:
        """Count a frame that was due: given to the worker or dropped."""
        with self._lock:
            counts = self._tally
            self._tally = (
                replace(counts, frames=counts.frames + 1)
                if taken
                else replace(counts, dropped=counts.dropped + 1)
            )

    def refuse(self, reason: StopReason, detail: str) -> None:
        """Stop for an image or a prediction that cannot be used, until a good one comes."""
        with self._lock:
            self._chunk.refuse(reason, detail)
            self._predicted.clear()

    def answered(self, reply: ReplyRecord) -> None:
        """Take the worker's answer to a frame."""
        with self._lock:
            if reply.generation != self._generation:
                return
            if reply.crc32:
                self._tally = replace(self._tally, crc32=reply.crc32)
                self._picture.saw(reply.crc32, reply.stamp, reply.brightness, reply.contrast)
            if reply.kind is ReplyKind.SKIPPED:
                self.given(taken=False)
            elif reply.kind is ReplyKind.BAD_IMAGE:
                self.given(taken=False)
                self.refuse(StopReason.BAD_IMAGE, reply.text)
            elif reply.kind is ReplyKind.BAD_CHUNK:
                self.refuse(StopReason.BAD_CHUNK, reply.text)
            elif reply.kind is ReplyKind.CHUNK:
                self._load(reply)

    def worker_is(self, reason: StopReason | None, detail: str = '') -> None:
        """Take the worker's state: None when it is ready, else why there is none."""
        with self._lock:
            self._worker.note(reason, detail)
            if reason is None:
                self._picture.reset()  # Nobody saw what came since the last one ended.
            else:
                self._forget(self._since)

    def decide(self, now: float) -> Decision:
        """Choose the command at `now`."""
        with self._lock:
            self._watch_clock(now)
            ages = {'image_age': self._image.age(now), 'chunk_age': self._chunk.age(now)}
            stop = first_stop(self._gates, now)
            if stop is not None:
                self._picture.commanded(now, moving=False)
                del self._predicted[:-1]
                return Decision(reason=stop.reason, sentence=stop.sentence, **ages)
            action, row = self._chunk.action_at(now)
            ages['chunk_age'] = self._chunk.age(now)  # Another chunk may have had its turn.
            velocity, kind = self._command(action)
            self._picture.commanded(now, moving=np.abs(velocity).max() > _MOVING)
            fresh, self._played = self._chunk.chunk is not self._played, self._chunk.chunk
            predictions = tuple(self._prediction(*one, now) for one in self._predicted)
            self._predicted.clear()
            return Decision(velocity, kind, fresh=fresh, row=row, predictions=predictions, **ages)

    def _command(self, action: NDArray[np.float32]) -> tuple[NDArray[np.float32], ActionType]:
        """Return the velocity, shape (3,), and the kind of an action, shape (4,)."""
        kind = ActionType(int(action[ACTION_TYPE]))
        return ZERO if kind is ActionType.STOP else self._limits.clip(action[:VELOCITY_DIM]), kind

    def _prediction(self, chunk: Chunk, inference_ms: float, now: float) -> Prediction:
        age = now - chunk.stamp
        row = min(max(0, floor(age / chunk.step_period + _ROUNDING)), len(chunk.actions) - 1)
        return Prediction(*self._command(chunk.actions[row]), age, inference_ms)

    def _load(self, reply: ReplyRecord) -> None:
        try:
            chunk = Chunk(reply.actions, reply.stamp, self._step_period)
            velocity = chunk.actions[:, :VELOCITY_DIM]
            self._codec.check_prediction(self._codec.normalise(velocity))
        except MobileVlaError as error:
            self.refuse(StopReason.BAD_CHUNK, str(error))
            return
        self._chunk.load(chunk)
        self._predicted.append((chunk, reply.inference_ms))
        self._cadence.predicted(reply.inference_ms * 1e-3)
        self._tally = replace(self._tally, inference_ms=reply.inference_ms)

    def _forget(self, since: float) -> None:
        """Begin a new generation of frames stamped at `since` or later [s]."""
        self._generation += 1
        self._since = since
        self._played: Chunk | None = None
        self._predicted: list[tuple[Chunk, float]] = []
        self._sampler.reset()
        self._chunk.reset()

    def _watch_clock(self, now: float) -> None:
        if now < self._latest - _CLOCK_JUMP:
            self._image.reset(now)
            self._picture.reset()
            self._forget(now)
        self._latest = now
