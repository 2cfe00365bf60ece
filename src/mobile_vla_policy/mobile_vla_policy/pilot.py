# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""Decide what the base does at each control tick, and why."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
import threading

import numpy as np
from numpy.typing import NDArray

from mobile_vla_core.action_space import ACTION_TYPE, ActionType, VELOCITY_DIM
from mobile_vla_core.chunk_player import Chunk, ChunkPlayer
from mobile_vla_core.errors import MobileVlaError
from mobile_vla_core.policy_card import PolicyCard
from mobile_vla_core.safety import ImageAgeLimit, StopReason, VelocityLimits

from .frame_sampler import FrameSampler
from .record import ReplyKind, ReplyRecord

ZERO = np.zeros(VELOCITY_DIM, dtype=np.float32)
ZERO.setflags(write=False)
_CLOCK_JUMP = 0.5
"""A clock that goes back by more than this was set anew, by a simulator or a person [s]."""


@dataclass(frozen=True)
class Decision:
    """
    What to command now.

    :param velocity: shape (3,) [m/s, m/s, rad/s]; zero whenever `reason` is not None
    :param reason: why the robot must not move
    :param sentence: the reason in words, '' when driving
    :param image_age: since the newest image [s], NaN before the first
    :param chunk_age: since action 0 of the chunk was due [s], NaN without a chunk
    :param fresh: no earlier decision used this chunk
    """

    velocity: NDArray[np.float32] = field(default_factory=lambda: ZERO)
    action_type: ActionType = ActionType.STOP
    reason: StopReason | None = None
    sentence: str = ''
    image_age: float = float('nan')
    chunk_age: float = float('nan')
    fresh: bool = False


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
    :param max_image_age: oldest image that may be driven on [s]
    :param max_chunk_age: oldest observation whose chunk may be driven on [s]
    """

    def __init__(
        self, card: PolicyCard, topic: str, *, max_image_age: float, max_chunk_age: float
    ) -> None:
        self._topic = topic
        self._step_period = card.step_period
        self._limits = VelocityLimits.of(card.codec)
        self._image_limit = ImageAgeLimit(oldest=max_image_age)
        self._max_chunk_age = max_chunk_age
        self._sampler = FrameSampler(card.step_period)
        self._player = ChunkPlayer(max_chunk_age)
        self._worker: tuple[StopReason | None, str] = (StopReason.WORKER_STARTING, '')
        self._lock = threading.RLock()
        self._instruction = ''
        self._generation = 0
        self._tally = Tally()
        self._latest = float('-inf')
        self._image_stamp: float | None = None
        self._forget(float('-inf'))

    @property
    def instruction(self) -> str:
        """The instruction that is followed."""
        return self._instruction

    @property
    def generation(self) -> int:
        """Number of resets; replies to frames of earlier generations are ignored."""
        return self._generation

    @property
    def tally(self) -> Tally:
        """What happened since the last activation."""
        return self._tally

    def activate(self, now: float) -> None:
        """Start with an empty history and new counts."""
        with self._lock:
            self._tally = Tally()
            self._image_stamp = None
            self._forget(now)

    def follow(self, instruction: str, now: float) -> None:
        """Take an instruction, also the same one again, and start with an empty history."""
        with self._lock:
            self._instruction = instruction.strip()
            self._forget(now)

    def offer(self, stamp: float, now: float) -> bool:
        """Take note of an image and tell whether the policy is to see it."""
        with self._lock:
            self._watch_clock(now)
            self._image_stamp = stamp
            usable = self._image_limit.verdict(now, stamp) is None and stamp >= self._since
            ready = self._worker[0] is None
            return usable and ready and self._sampler.take(stamp)

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
            self._player.clear()
            self._refusal = (reason, detail)

    def answered(self, reply: ReplyRecord) -> None:
        """Take the worker's answer to a frame."""
        with self._lock:
            if reply.generation != self._generation:
                return
            if reply.crc32:
                self._tally = replace(self._tally, crc32=reply.crc32)
            if reply.kind is ReplyKind.BAD_IMAGE:
                self.given(taken=False)
                self.refuse(StopReason.BAD_IMAGE, reply.text)
            elif reply.kind is ReplyKind.BAD_CHUNK:
                self.refuse(StopReason.BAD_CHUNK, reply.text)
            elif reply.kind is ReplyKind.CHUNK:
                self._load(reply)

    def worker_is(self, reason: StopReason | None, detail: str = '') -> None:
        """Take the worker's state: None when it is ready, else why there is none."""
        with self._lock:
            self._worker = (reason, detail)
            if reason is not None:
                self._forget(self._since)

    def decide(self, now: float) -> Decision:
        """Choose the command at `now`."""
        with self._lock:
            self._watch_clock(now)
            reason, detail = self._why_not(now)
            played = self._player.action_at(now)
            if reason is None and played is None:
                reason = StopReason.STALE_CHUNK if self._player.chunk else StopReason.NO_CHUNK
            image_age = float('nan') if self._image_stamp is None else now - self._image_stamp
            chunk_age = self._player.age(now)
            chunk_age = float('nan') if chunk_age is None else chunk_age
            if reason is not None:
                return Decision(
                    reason=reason,
                    sentence=self._sentence(reason, detail, image_age, chunk_age),
                    image_age=image_age,
                    chunk_age=chunk_age,
                )
            action, _ = played
            kind = ActionType(int(action[ACTION_TYPE]))
            fresh, self._unused = self._unused, False
            return Decision(
                velocity=ZERO
                if kind is ActionType.STOP
                else self._limits.clip(action[:VELOCITY_DIM]),
                action_type=kind,
                image_age=image_age,
                chunk_age=chunk_age,
                fresh=fresh,
            )

    def _why_not(self, now: float) -> tuple[StopReason | None, str]:
        if not self._instruction:
            return StopReason.NO_INSTRUCTION, ''
        if self._worker[0] is not None:
            return self._worker
        if self._image_stamp is None:
            waiting = now - self._since <= self._image_limit.oldest
            return StopReason.NO_CHUNK if waiting else StopReason.NO_IMAGE, ''
        image = self._image_limit.verdict(now, self._image_stamp)
        return (image, '') if image is not None else self._refusal

    def _sentence(
        self, reason: StopReason, detail: str, image_age: float, chunk_age: float
    ) -> str:
        image, limit = abs(image_age), self._image_limit.oldest
        stale = reason is StopReason.STALE_CHUNK
        return reason.sentence(
            topic=self._topic,
            detail=detail,
            age=chunk_age if stale else image,
            limit=self._max_chunk_age if stale else limit,
        )

    def _load(self, reply: ReplyRecord) -> None:
        try:
            chunk = Chunk(reply.actions, reply.stamp, self._step_period)
        except MobileVlaError as error:
            self.refuse(StopReason.BAD_CHUNK, str(error))
            return
        self._player.load(chunk)
        self._refusal = (None, '')
        self._unused = True
        self._tally = replace(self._tally, inference_ms=reply.inference_ms)

    def _forget(self, since: float) -> None:
        """Begin a new generation of frames stamped at `since` or later [s]."""
        self._generation += 1
        self._since = since
        self._refusal: tuple[StopReason | None, str] = (None, '')
        self._unused = False
        self._sampler.reset()
        self._player.clear()

    def _watch_clock(self, now: float) -> None:
        if now < self._latest - _CLOCK_JUMP:
            self._image_stamp = None
            self._forget(now)
        self._latest = now
