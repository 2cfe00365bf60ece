# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""The protocol between a policy and whoever drives with it."""

from __future__ import annotations

from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from ..chunk_player import Chunk
from ..errors import MobileVlaError
from ..policy_card import PolicyCard


class PolicyError(MobileVlaError):
    """A policy was used out of order, or with a frame that it was not made for."""


class Policy(Protocol):
    """
    Frames and an instruction in, chunks of actions out.

    The instruction is given to `reset`, so no prediction can mix features of two instructions,
    and no drive can begin with the last picture of the one before.
    """

    card: PolicyCard

    def reset(self, instruction: str) -> None:
        """
        Forget everything seen and take up an instruction.

        :raises InstructionError: if it holds no word
        """
        ...

    def observe(self, frame: NDArray[np.uint8], stamp: float) -> None:
        """
        See the next frame; frames must come at the card's `step_period`.

        :param frame: preprocessed, shape (H, W_px, 3) uint8 RGB
        :param stamp: its capture time [s]
        :raises PolicyError: before `reset`, or if the frame has another shape
        """
        ...

    def predict(self) -> Chunk:
        """
        Return the actions from the newest frame on, physical units.

        :raises PolicyError: before the first frame
        """
        ...
