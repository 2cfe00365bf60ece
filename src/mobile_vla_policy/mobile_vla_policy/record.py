# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""The small records that the control process and the worker exchange over a socket."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
import struct

import numpy as np
from numpy.typing import NDArray

from mobile_vla_core.action_space import ACTION_DIM

RECORD_BYTES = 65536
"""Longest record; a longer instruction or message is cut."""
_TEXT_BYTES = 16384


@dataclass(frozen=True)
class FrameRecord:
    """
    Announce a frame whose bytes lie in the frame buffer.

    Every record names its generation and instruction, so a worker that was started anew needs
    no history to go on.

    :param sequence: number of the frame, which also names its slot
    :param generation: raised at every reset; a frame of a new one starts a new history
    :param stamp: capture time [s]
    :param size: bytes in the slot
    """

    sequence: int
    generation: int
    stamp: float
    size: int
    height: int
    width: int
    step: int
    encoding: str
    instruction: str

    _HEAD = struct.Struct('<QQdQIIIHH')

    def pack(self) -> bytes:
        """Return the record's bytes."""
        encoding, instruction = _cut(self.encoding), _cut(self.instruction)
        head = self._HEAD.pack(
            self.sequence,
            self.generation,
            self.stamp,
            self.size,
            self.height,
            self.width,
            self.step,
            len(encoding),
            len(instruction),
        )
        return head + encoding + instruction

    @classmethod
    def unpack(cls, data: bytes) -> FrameRecord:
        """Read a record back."""
        *head, encoding_bytes, instruction_bytes = cls._HEAD.unpack_from(data)
        middle = cls._HEAD.size + encoding_bytes
        encoding = data[cls._HEAD.size : middle].decode()
        instruction = data[middle : middle + instruction_bytes].decode()
        return cls(*head, encoding=encoding, instruction=instruction)


class ReplyKind(IntEnum):
    """What a worker says."""

    READY = 0
    """The policy is loaded."""
    FAILED = 1
    """The policy cannot be loaded, and trying again will not help."""
    CHUNK = 2
    """The frame was seen and actions were predicted."""
    SEEN = 3
    """The frame was seen, or was of an old generation; a later one follows."""
    BAD_IMAGE = 4
    """The frame's bytes are no picture of the declared kind."""
    BAD_CHUNK = 5
    """The policy predicted something that must not be driven."""
    CRASHED = 6
    """The worker cannot go on and ends: out of memory, or an error in the model."""
    SKIPPED = 7
    """The frame was left out, because the model is slower than the step period."""


@dataclass(frozen=True)
class ReplyRecord:
    """
    Answer a frame, or tell the worker's state.

    :param sequence: the frame answered; its slot and all before it are free again
    :param stamp: capture time of the newest frame seen: when action 0 is due [s]
    :param inference_ms: time from reading the frame to the actions [ms]
    :param crc32: CRC-32 of the preprocessed frame that the network saw
    :param brightness: mean of the preprocessed frame, 0 to 255
    :param contrast: largest standard deviation of its colours, 0 to 255
    :param text: a sentence for FAILED, BAD_IMAGE, BAD_CHUNK and CRASHED
    :param actions: shape (C, 4) float32, physical units; C = 0 without a prediction
    """

    kind: ReplyKind
    sequence: int = 0
    generation: int = 0
    stamp: float = 0.0
    inference_ms: float = 0.0
    crc32: int = 0
    text: str = ''
    actions: NDArray[np.float32] | None = None
    brightness: float = float('nan')
    contrast: float = float('nan')

    _HEAD = struct.Struct('<BQQddIffHH')

    def pack(self) -> bytes:
        """Return the record's bytes."""
        text = _cut(self.text)
        rows = 0 if self.actions is None else len(self.actions)
        payload = b'' if rows == 0 else np.ascontiguousarray(self.actions, np.float32).tobytes()
        head = self._HEAD.pack(
            self.kind,
            self.sequence,
            self.generation,
            self.stamp,
            self.inference_ms,
            self.crc32,
            self.brightness,
            self.contrast,
            len(text),
            rows,
        )
        return head + text + payload

    @classmethod
    def unpack(cls, data: bytes) -> ReplyRecord:
        """Read a record back."""
        kind, *head, bright, contrast, text_bytes, rows = cls._HEAD.unpack_from(data)
        middle = cls._HEAD.size + text_bytes
        text = data[cls._HEAD.size : middle].decode()
        actions = np.frombuffer(data, np.float32, rows * ACTION_DIM, middle) if rows else None
        shaped = None if actions is None else actions.reshape(rows, ACTION_DIM)
        return cls(ReplyKind(kind), *head, text, shaped, bright, contrast)


def _cut(text: str) -> bytes:
    # Cutting may split a character: what is left of it is dropped.
    return text.encode()[:_TEXT_BYTES].decode(errors='ignore').encode()
